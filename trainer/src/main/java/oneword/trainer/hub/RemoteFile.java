package oneword.trainer.hub;

/**
 * A file of a repository at one commit.
 *
 * @param name its name in the repository, without a folder
 * @param hash the hash of its content
 * @param size its bytes, -1 where the server does not say
 */
record RemoteFile(String name, ContentHash hash, long size) { }
