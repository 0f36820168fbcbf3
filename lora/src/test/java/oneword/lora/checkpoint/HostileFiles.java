package oneword.lora.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;

/** Feeds damaged bytes to a reader, and allows it nothing but to read them or to refuse them in its own words. */
final class HostileFiles {
    private static final long MOST_BYTES_ALLOCATED = 2 << 20;

    private final Path path;
    private final Function<Path, ? extends WeightSource> opener;

    HostileFiles(Path path, Function<Path, ? extends WeightSource> opener) {
        this.path = path;
        this.opener = opener;
    }

    /** True if the bytes were read, every tensor of them; false if they were refused. */
    boolean reads(byte[] bytes, String what) throws IOException {
        // a new file each time: the mappings of the last one are still there
        Files.deleteIfExists(path);
        Files.write(path, bytes);
        Attempt attempt = attempt(what);
        if (attempt.allocated > MOST_BYTES_ALLOCATED) {
            // the first time round, classes were loaded too
            attempt = attempt(what);
        }
        assertThat(attempt.allocated).as("bytes allocated, " + what).isLessThan(MOST_BYTES_ALLOCATED);
        if (attempt.refusal != null) {
            assertThat(attempt.refusal.getMessage()).as(what).startsWith(path.toString()).contains(": ", "; ");
        }
        return attempt.refusal == null;
    }

    private record Attempt(WeightFileException refusal, long allocated) {
    }

    private Attempt attempt(String what) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        WeightFileException refusal = null;
        try (WeightSource source = opener.apply(path)) {
            for (String name : source.names()) {
                if (source.map(name).remaining() != source.info(name).length()) {
                    throw new AssertionError(what + ": the buffer of " + name + " is not the tensor");
                }
            }
        } catch (WeightFileException e) {
            refusal = e;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError(what + " ended with " + e, e);
        }
        return new Attempt(refusal, threads.getCurrentThreadAllocatedBytes() - before);
    }

    void requireRefusedAtEveryLength(byte[] bytes) throws IOException {
        for (int length = 0; length < bytes.length; length++) {
            assertThat(reads(Arrays.copyOf(bytes, length), "cut to " + length + " bytes"))
                    .as("cut to " + length + " bytes").isFalse();
        }
    }

    /** Flips each bit of each byte from {@code from} up to {@code to}; returns how many of the files were refused. */
    int refusedOfEveryBitFlipped(byte[] bytes, int from, int to) throws IOException {
        int refused = 0;
        for (int at = from; at < to; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] damaged = bytes.clone();
                damaged[at] ^= (byte) (1 << bit);
                refused += reads(damaged, "bit " + bit + " of byte " + at + " flipped") ? 0 : 1;
            }
        }
        return refused;
    }

    /** Inverts each byte; returns how many of the files were refused. */
    int refusedOfEveryByteInverted(byte[] bytes) throws IOException {
        int refused = 0;
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] = (byte) ~damaged[at];
            refused += reads(damaged, "byte " + at + " inverted") ? 0 : 1;
        }
        return refused;
    }

    /** Puts each of some values, written as Latin-1, in place of each byte. */
    void tryInPlaceOfEveryByte(String values, byte[] bytes, int from, int to) throws IOException {
        for (int at = from; at < to; at++) {
            for (char value : values.toCharArray()) {
                byte[] damaged = bytes.clone();
                damaged[at] = (byte) value;
                reads(damaged, "byte " + at + " set to " + (int) value);
            }
        }
    }
}
