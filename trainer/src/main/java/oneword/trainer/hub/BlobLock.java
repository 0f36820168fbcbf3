package oneword.trainer.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * The right to write one blob, held by at most one thread of one process. The system takes it back from a process that
 * dies. Where the file system has no locks everybody gets it, and {@link #exclusive} says so.
 */
final class BlobLock implements AutoCloseable {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final FileChannel channel;
    private final boolean exclusive;

    private BlobLock(FileChannel channel, boolean exclusive) {
        this.channel = channel;
        this.exclusive = exclusive;
    }

    /**
     * Waits for the lock.
     *
     * @param path the lock's file, made where it is missing and left behind
     * @param sleeper waits between two looks
     * @param waiting called once if somebody else holds it
     */
    static BlobLock acquire(Path path, Patience.Sleeper sleeper, Runnable waiting)
            throws IOException, InterruptedException {
        Files.createDirectories(path.getParent());
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean told = false;
        try {
            while (!tryLock(channel)) {
                if (!told) {
                    told = true;
                    waiting.run();
                }
                sleeper.sleep(LOOK_AGAIN);
            }
            return new BlobLock(channel, true);
        } catch (IOException e) {
            return new BlobLock(channel, false);
        } catch (InterruptedException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Whether nobody else can hold it at the same time. */
    boolean exclusive() {
        return exclusive;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
