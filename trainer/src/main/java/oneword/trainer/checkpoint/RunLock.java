package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Keeps a second process off a run. The operating system drops the lock when its process ends, however it ends; the
 * file itself stays and means nothing.
 */
final class RunLock implements AutoCloseable {

    static final String NAME = ".lock";

    private final FileChannel channel;
    private final Path file;
    private final Object key;

    private RunLock(FileChannel channel, Path file, Object key) {
        this.channel = channel;
        this.file = file;
        this.key = key;
    }

    /**
     * Takes the lock of a run.
     *
     * @throws CheckpointException if another process has it; names that process
     */
    static RunLock take(Path runFolder) throws IOException {
        Path file = runFolder.resolve(NAME);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(pid().getBytes(StandardCharsets.UTF_8)));
                return new RunLock(channel, file, key(file));
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw inUse(runFolder, "this process (" + pid() + ")");
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw inUse(runFolder, "process " + Files.readString(file).strip());
    }

    /** Whether the file that is locked still has its name; always true where files have no identity to compare. */
    boolean isInPlace() {
        try {
            return Objects.equals(key, key(file));
        } catch (IOException e) {
            return false;
        }
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private static CheckpointException inUse(Path runFolder, String by) {
        return new CheckpointException(runFolder + ": is being written by " + by
                + "; wait until it has ended, stop it, or start another run with --set run.name=…");
    }

    private static String pid() {
        return Long.toString(ProcessHandle.current().pid());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
