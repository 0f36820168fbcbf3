package oneword.trainer.hub;

/**
 * A file of a repository at one commit.
 *
 * @param name its name in the repository, without a folder
 * @param hash the hash of its content
 * @param size its bytes, -1 where the server does not say
 */
record RemoteFile(String name, ContentHash hash, long size) {

    private static final long MOST_BYTES_OF_TEXT = 256L << 20;

    /** The most bytes that are taken: of weights whatever the disk holds, of all else more than any model has. */
    long mostBytes() {
        return name.endsWith(".safetensors") || name.endsWith(".bin") ? Long.MAX_VALUE : MOST_BYTES_OF_TEXT;
    }
}
