package oneword.trainer.hub;

/** Hears how far a download is. Called on the downloading thread, often: it should return at once. */
@FunctionalInterface
public interface DownloadProgress {

    /** Hears nothing. */
    DownloadProgress NONE = (file, done, total) -> { };

    /**
     * More of a file has arrived.
     *
     * @param file name in the repository
     * @param done bytes here so far, those of an earlier, interrupted download included; falls where a server makes
     *     the download start again
     * @param total bytes of the whole file, -1 where the server does not say
     */
    void advanced(String file, long done, long total);
}
