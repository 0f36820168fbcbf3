package oneword.trainer.hub;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.function.Consumer;
import oneword.trainer.TrainerException;

/**
 * Brings one file into the cache. Content gets the blob's name, by an atomic rename, only when all of it is there and
 * its checksum is right; a wrong checksum is answered by one more download from the start.
 */
final class BlobDownload {

    private static final double MEGABYTE = 1e6;

    private final HubRepository repository;
    private final HubCache cache;
    private final Patience patience;
    private final Consumer<String> lines;
    private final DownloadProgress progress;

    BlobDownload(HubRepository repository, HubCache cache, Patience patience, Consumer<String> lines,
                 DownloadProgress progress) {
        this.repository = repository;
        this.cache = cache;
        this.patience = patience;
        this.lines = lines;
        this.progress = progress;
    }

    /**
     * Makes a file part of a snapshot, and downloads it unless it is there.
     *
     * @throws TrainerException where it cannot be had whole
     */
    void fetch(RemoteFile file, String commit) throws InterruptedException {
        String what = repository.what(file.name());
        try {
            if (HubCache.isWhole(cache.file(commit, file.name()), file)) {
                lines.accept(what + ": in the cache");
                return;
            }
            try (BlobLock lock = BlobLock.acquire(cache.lock(file.hash()), patience.sleeper(),
                () -> lines.accept(what + ": waiting for another process that downloads it"))) {
                if (HubCache.isWhole(cache.blob(file.hash()), file)) {
                    lines.accept(what + ": in the cache");
                } else {
                    download(file, commit, lock.exclusive());
                }
                cache.link(file, commit);
            }
        } catch (IOException e) {
            throw unwritable(what, e);
        }
    }

    private void download(RemoteFile file, String commit, boolean exclusive) throws IOException, InterruptedException {
        Path blob = cache.blob(file.hash());
        Files.createDirectories(blob.getParent());
        if (exclusive) {
            download(file, commit, blob.resolveSibling(blob.getFileName() + ".incomplete"), blob);
            return;
        }
        Path own = HubCache.unique(blob);
        try {
            download(file, commit, own, blob);
        } finally {
            Files.deleteIfExists(own);
        }
    }

    private void download(RemoteFile file, String commit, Path partial, Path blob)
            throws IOException, InterruptedException {
        String what = repository.what(file.name());
        long resumed = Files.exists(partial) ? Files.size(partial) : 0;
        requireSpace(file, resumed, blob.getParent());
        ContentHash found = receive(file, commit, partial);
        if (!found.equals(file.hash())) {
            Files.delete(partial);
            lines.accept(what + ": wrong checksum; downloading it again from the start");
            resumed = 0;
            found = receive(file, commit, partial);
        }
        if (!found.equals(file.hash())) {
            Files.delete(partial);
            throw new TrainerException(what + ": wrong checksum, twice: expected " + file.hash().kind() + " "
                + file.hash().hex() + ", found " + found.hex() + "\n  Something between here and the hub changes the"
                + " content (a proxy, a mirror?). Nothing of it was kept.");
        }
        Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        lines.accept(what + ": downloaded " + megabytes(Files.size(blob))
            + (resumed > 0 ? ", " + megabytes(resumed) + " of it earlier" : ""));
    }

    private ContentHash receive(RemoteFile file, String commit, Path partial) throws IOException, InterruptedException {
        new Transfer(repository, file, commit, progress).into(partial, new Attempts(patience, lines,
            repository.what(file.name()), "What has arrived is kept; the same command goes on from there."));
        return file.hash().ofFile(partial);
    }

    private void requireSpace(RemoteFile file, long present, Path folder) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        long needed = file.size() - Math.min(present, file.size());
        if (free > 0 && needed > free) {
            throw new TrainerException(repository.what(file.name()) + ": needs " + megabytes(needed) + " in " + folder
                + ", where " + megabytes(free) + " are free\n  Make room there, or set HF_HUB_CACHE to a folder on"
                + " another disk.");
        }
    }

    static TrainerException unwritable(String what, IOException cause) {
        String reason = cause instanceof AccessDeniedException ? cause.getMessage() + ": permission denied"
            : cause.getMessage();
        return new TrainerException(what + ": cannot be written to the cache: " + reason
            + "\n  What has arrived is kept and nothing half-made counts as complete. Make room there or mend its"
            + " permissions and start again, or set HF_HUB_CACHE to another folder.", cause);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / MEGABYTE);
    }
}
