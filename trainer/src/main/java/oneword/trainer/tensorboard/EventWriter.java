package oneword.trainer.tensorboard;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import oneword.trainer.checkpoint.CheckpointException;
import oneword.trainer.checkpoint.GrowingFile;
import oneword.trainer.checkpoint.Storage;

/**
 * Writes numbers and texts to a file {@code events.out.tfevents.SECONDS.HOST.PID} that TensorBoard reads while it
 * grows.
 *
 * <p>Every {@link #open} starts a file of its own; TensorBoard reads the files of a folder in the order of their names
 * as one series, and a new file's name always sorts after the older ones. A resumed run first calls
 * {@link #truncateAfter}, so that every step and tag has one value. Nothing is on disk before {@link #flush}. Not
 * thread-safe. All failures are {@link CheckpointException}s.
 */
public final class EventWriter implements AutoCloseable {

    private static final String PREFIX = "events.out.tfevents.";
    private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "(\\d{10,18}).*");

    private final Path file;
    private final GrowingFile out;
    private final Clock clock;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();

    private EventWriter(Path file, GrowingFile out, Clock clock) {
        this.file = file;
        this.out = out;
        this.clock = clock;
    }

    /**
     * Starts a new event file.
     *
     * @param runFolder an existing folder
     * @param storage what does the writing
     * @return the writer; the file's opening record is on disk
     */
    public static EventWriter open(Path runFolder, Storage storage) {
        return open(runFolder, storage, Clock.systemUTC());
    }

    static EventWriter open(Path runFolder, Storage storage, Clock clock) {
        long newest = eventFiles(runFolder).stream().mapToLong(EventWriter::seconds).max().orElse(0);
        long seconds = Math.max(clock.instant().getEpochSecond(), newest + 1);
        Path file = runFolder.resolve(String.format(Locale.ROOT, "%s%010d.%s.%d", PREFIX, seconds, host(),
                ProcessHandle.current().pid()));
        try {
            EventWriter writer = new EventWriter(file, storage.append(file), clock);
            writer.write(EventCodec.fileVersion(writer.now()));
            writer.flush();
            return writer;
        } catch (IOException e) {
            throw failure("write", file, e);
        }
    }

    /**
     * Adds a number as of now.
     *
     * @param tag name of the series, such as {@code train/loss}; a slash groups series
     * @param step number of the update
     * @param value stored as a float
     */
    public void scalar(String tag, long step, double value) {
        scalar(tag, step, value, clock.instant());
    }

    /**
     * Adds a number.
     *
     * @param tag name of the series, such as {@code train/loss}; a slash groups series
     * @param step number of the update
     * @param value stored as a float
     * @param wallTime when it was measured
     */
    public void scalar(String tag, long step, double value, Instant wallTime) {
        try {
            write(EventCodec.scalar(seconds(wallTime), step, tag, (float) value));
        } catch (IOException e) {
            throw failure("write", file, e);
        }
    }

    /**
     * Adds a text as of now.
     *
     * @param tag name of the series, such as {@code config}
     * @param step number of the update
     * @param markdown what TensorBoard's text page renders
     */
    public void text(String tag, long step, String markdown) {
        try {
            write(EventCodec.text(now(), step, tag, markdown));
        } catch (IOException e) {
            throw failure("write", file, e);
        }
    }

    /** Hands everything written so far to the operating system, where TensorBoard sees it. */
    public void flush() {
        try {
            out.append(waiting.toByteArray());
            waiting.reset();
        } catch (IOException e) {
            throw failure("write", file, e);
        }
    }

    /** Makes everything flushed so far durable. */
    public void sync() {
        try {
            out.sync();
        } catch (IOException e) {
            throw failure("write", file, e);
        }
    }

    /** Closes the file; what was not flushed is dropped. */
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failure("write", file, e);
        }
    }

    /**
     * Cuts every event file of a folder before its first event of a later step; a torn or damaged record ends a file
     * too. A file that keeps no data is deleted. No writer may have a file of the folder open.
     *
     * @param runFolder the folder
     * @param step the last step to keep; -1 keeps nothing
     * @param storage what does the writing
     */
    public static void truncateAfter(Path runFolder, long step, Storage storage) {
        for (Path file : eventFiles(runFolder)) {
            try {
                truncate(file, step, storage);
            } catch (IOException e) {
                throw failure("cut back", file, e);
            }
        }
    }

    private static void truncate(Path file, long step, Storage storage) throws IOException {
        long kept = 0;
        boolean data = false;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (Optional<byte[]> next = RecordFile.read(in); next.isPresent(); next = RecordFile.read(in)) {
                byte[] event = next.get();
                boolean summary = EventCodec.hasSummary(event);
                if (summary && EventCodec.step(event) > step) {
                    break;
                }
                data |= summary;
                kept += RecordFile.OVERHEAD + event.length;
            }
        } catch (InvalidProtocolBufferException e) {
            // A record that is whole but no event ends the file like a torn one.
        }
        if (!data) {
            storage.delete(file);
        } else if (kept < Files.size(file)) {
            storage.truncate(file, kept);
        }
    }

    private void write(byte[] event) throws IOException {
        RecordFile.write(waiting, event);
    }

    private double now() {
        return seconds(clock.instant());
    }

    private static double seconds(Instant instant) {
        return instant.getEpochSecond() + instant.getNano() / 1e9;
    }

    private static long seconds(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : 0;
    }

    private static List<Path> eventFiles(Path runFolder) {
        try (Stream<Path> files = Files.list(runFolder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(PREFIX)).sorted().toList();
        } catch (IOException e) {
            throw failure("list", runFolder, e);
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static CheckpointException failure(String action, Path file, IOException cause) {
        return CheckpointException.of("cannot " + action + " " + file, cause);
    }
}
