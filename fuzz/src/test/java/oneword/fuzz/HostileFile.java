package oneword.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Gives a reader bytes as a file, and allows it nothing but to read them or to refuse them in its own words: one kind
 * of exception, a message that names the file, and memory in proportion to the file's size.
 */
final class HostileFile {

    private static final long BYTES_ALLOWED = 32L << 20;
    private static final long BYTES_ALLOWED_FOR_EACH = 4096;
    private static final Path FOLDER = folder();

    private HostileFile() {
    }

    /** What reads a file. */
    @FunctionalInterface
    interface Reader {
        void read(Path file) throws IOException;
    }

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("oneword-fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file, in folders of its own where its name says so. */
    static Path write(String name, byte[] content) {
        Path file = FOLDER.resolve(name);
        try {
            Files.createDirectories(file.getParent());
            // A new file each time: the mappings of the last one may still be there.
            Files.deleteIfExists(file);
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Has bytes read as a file.
     *
     * @param name what the file is called, perhaps in folders
     * @param content its bytes
     * @param refusal the only exception that may come of them
     * @param reader reads the file
     * @return whether they were read
     * @throws AssertionError for anything but reading or refusing
     */
    static boolean isRead(String name, byte[] content, Class<? extends RuntimeException> refusal, Reader reader) {
        Path file = write(name, content);
        long allowed = BYTES_ALLOWED + BYTES_ALLOWED_FOR_EACH * content.length;
        long before = allocated();
        boolean read = attempt(file, refusal, reader);
        if (allocated() - before > allowed) {
            // The first time round, classes were loaded too.
            write(name, content);
            before = allocated();
            read = attempt(file, refusal, reader);
            long found = allocated() - before;
            if (found > allowed) {
                throw new AssertionError(found + " bytes allocated for a file of " + content.length);
            }
        }
        return read;
    }

    private static boolean attempt(Path file, Class<? extends RuntimeException> refusal, Reader reader) {
        try {
            reader.read(file);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            if (!refusal.isInstance(e)) {
                throw e;
            }
            String message = String.valueOf(e.getMessage());
            if (!message.contains(FOLDER.toString())) {
                throw new AssertionError("a message that names no file: " + message, e);
            }
            return false;
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
