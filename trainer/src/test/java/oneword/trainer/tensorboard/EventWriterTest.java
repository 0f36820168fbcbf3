package oneword.trainer.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import oneword.trainer.checkpoint.CheckpointException;
import oneword.trainer.checkpoint.FaultyStorage;
import oneword.trainer.checkpoint.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The golden file is written by Python's tensorboard: see src/test/golden/read_events.py. */
class EventWriterTest {

    private static final Instant START = Instant.ofEpochSecond(1_700_000_000, 250_000_000);
    private static final Storage FILES = Storage.files();
    private static final Clock CLOCK = Clock.fixed(START, ZoneOffset.UTC);

    /** One event as a reader sees it; {@code value} is null for texts and for the opening event. */
    private record Event(double wallTime, long step, String tag, Float value, String text) {}

    @TempDir
    private Path folder;

    private static byte[] golden() throws IOException {
        try (InputStream in = EventWriterTest.class.getResourceAsStream("golden.tfevents")) {
            return in.readAllBytes();
        }
    }

    private void writeGoldenEvents() {
        try (EventWriter writer = EventWriter.open(folder, FILES, CLOCK)) {
            writer.text("config", 0, "# run\n\nü `x`");
            writer.scalar("eval/STSBenchmark-dev", 0, 61.25);
            writer.scalar("train/loss", 1, 2.75, START.plusSeconds(1));
            writer.scalar("train/learning_rate", 1, 0.0, START.plusSeconds(1));
            writer.scalar("train/loss", 2, Double.NaN, START.plusSeconds(2));
            writer.scalar("train/loss", 300, -1e-30, START.plusSeconds(300));
            writer.scalar("train/loss", 1L << 40, 0.1, START.plusSeconds(1L << 40));
            writer.flush();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private List<Event> events() throws IOException {
        List<Event> events = new ArrayList<>();
        for (Path file : files()) {
            events.addAll(parse(Files.readAllBytes(file)));
        }
        return events;
    }

    @Test
    void theFileIsByteForByteWhatPythonsTensorboardWrites() throws IOException {
        writeGoldenEvents();
        assertThat(files()).singleElement()
                .satisfies(file -> assertThat(Files.readAllBytes(file)).isEqualTo(golden()))
                .satisfies(file -> assertThat(file.getFileName().toString())
                        .startsWith("events.out.tfevents.1700000000."));
    }

    @Test
    void aFileByPythonsTensorboardIsRead() throws IOException {
        double start = 1_700_000_000.25;
        assertThat(parse(golden())).containsExactly(
                new Event(start, 0, "brain.Event:2", null, null),
                new Event(start, 0, "config", null, "# run\n\nü `x`"),
                new Event(start, 0, "eval/STSBenchmark-dev", 61.25f, null),
                new Event(start + 1, 1, "train/loss", 2.75f, null),
                new Event(start + 1, 1, "train/learning_rate", 0f, null),
                new Event(start + 2, 2, "train/loss", Float.NaN, null),
                new Event(start + 300, 300, "train/loss", -1e-30f, null),
                new Event(start + (1L << 40), 1L << 40, "train/loss", 0.1f, null));
    }

    @Test
    void flushedEventsAreReadableWhileTheWriterIsOpen() throws IOException {
        try (EventWriter writer = EventWriter.open(folder, FILES)) {
            assertThat(events()).hasSize(1);
            writer.scalar("a", 1, 1);
            writer.flush();
            assertThat(events()).hasSize(2);
        }
    }

    @Test
    void aLaterWriterOfTheSameSecondHasALaterName() throws IOException {
        for (int i = 0; i < 3; i++) {
            try (EventWriter writer = EventWriter.open(folder, FILES, CLOCK)) {
                writer.scalar("a", i, i);
                writer.flush();
            }
        }
        assertThat(files()).hasSize(3);
        assertThat(events().stream().filter(event -> event.value() != null).map(Event::step))
                .containsExactly(0L, 1L, 2L);
    }

    @Test
    void cuttingKeepsExactlyTheStepsUpToTheGivenOne() throws IOException {
        writeGoldenEvents();
        List<Event> before = events();
        EventWriter.truncateAfter(folder, 2, FILES);
        assertThat(events()).isEqualTo(before.subList(0, 6));
        EventWriter.truncateAfter(folder, 1, FILES);
        assertThat(events()).isEqualTo(before.subList(0, 5));
        EventWriter.truncateAfter(folder, 0, FILES);
        assertThat(events()).isEqualTo(before.subList(0, 3));
        EventWriter.truncateAfter(folder, -1, FILES);
        assertThat(files()).isEmpty();
    }

    @Test
    void cuttingAfterTheLastStepLeavesTheFileUntouched() throws IOException {
        writeGoldenEvents();
        EventWriter.truncateAfter(folder, Long.MAX_VALUE, FILES);
        assertThat(Files.readAllBytes(files().get(0))).isEqualTo(golden());
    }

    @Test
    void aRecordTornAnywhereIsCutOff() throws IOException {
        byte[] golden = golden();
        Path file = folder.resolve("events.out.tfevents.1700000000.host.1");
        int lastWhole = golden.length - 60;
        int[] ends = ends(golden);
        for (int length = lastWhole; length < golden.length; length++) {
            Files.write(file, Arrays.copyOf(golden, length));
            EventWriter.truncateAfter(folder, Long.MAX_VALUE, FILES);
            int size = length;
            int expected = Arrays.stream(ends).filter(end -> end <= size).max().orElseThrow();
            assertThat(Files.size(file)).as("torn at byte %d", length).isEqualTo(expected);
        }
    }

    @Test
    void aDamagedRecordEndsTheFile() throws IOException {
        byte[] golden = golden();
        int[] ends = ends(golden);
        Path file = folder.resolve("events.out.tfevents.1700000000.host.1");
        for (int position = ends[4]; position < ends[5]; position++) {
            byte[] damaged = golden.clone();
            damaged[position] ^= 0x10;
            Files.write(file, damaged);
            EventWriter.truncateAfter(folder, Long.MAX_VALUE, FILES);
            assertThat(Files.size(file)).as("damaged at byte %d", position).isEqualTo(ends[4]);
        }
    }

    @Test
    void aResumedRunHasOneValuePerStepAndTag() throws IOException {
        try (EventWriter writer = EventWriter.open(folder, FILES, CLOCK)) {
            for (int step = 1; step <= 5; step++) {
                writer.scalar("train/loss", step, step);
            }
            writer.flush();
        }
        Files.write(files().get(0), new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
        EventWriter.truncateAfter(folder, 3, FILES);
        try (EventWriter writer = EventWriter.open(folder, FILES, CLOCK)) {
            for (int step = 4; step <= 6; step++) {
                writer.scalar("train/loss", step, 10 * step);
            }
            writer.flush();
        }
        assertThat(events().stream().filter(event -> event.value() != null).map(Event::value))
                .containsExactly(1f, 2f, 3f, 40f, 50f, 60f);
    }

    /** A clock set back by ten years, or forward: TensorBoard reads the files in the order of their names. */
    @Test
    void whereverTheClockJumpsALaterWriterHasALaterName() throws IOException {
        List<String> names = new ArrayList<>();
        for (long jump : new long[] {0, -315_576_000, 315_576_000, 5, -1_700_000_000}) {
            Clock clock = Clock.fixed(START.plusSeconds(jump), ZoneOffset.UTC);
            List<Path> before = files();
            try (EventWriter writer = EventWriter.open(folder, FILES, clock)) {
                writer.scalar("a", names.size(), jump);
                writer.flush();
            }
            List<Path> added = new ArrayList<>(files());
            added.removeAll(before);
            names.add(added.get(0).getFileName().toString());
        }
        assertThat(names).isSorted().doesNotHaveDuplicates();
        assertThat(events().stream().filter(event -> event.value() != null).map(Event::step))
                .containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @Test
    void wheneverWritingFailsWhatStandsBeforeItIsKept() throws IOException {
        for (int changes = 2; changes <= 3; changes++) {
            FaultyStorage faulty = new FaultyStorage(changes, false);
            EventWriter writer = EventWriter.open(folder, faulty, CLOCK);
            try (writer) {
                assertThatThrownBy(() -> {
                    for (int step = 1; step <= 3; step++) {
                        writer.scalar("a", step, step);
                        writer.flush();
                    }
                }).isInstanceOf(CheckpointException.class).hasMessageEndingWith(": injected");
            }
            EventWriter.truncateAfter(folder, Long.MAX_VALUE, FILES);
            assertThat(events().stream().filter(event -> event.value() != null)).hasSize(changes - 2);
            EventWriter.truncateAfter(folder, -1, FILES);
        }
    }

    @Test
    void otherFilesOfTheFolderAreLeftAlone() throws IOException {
        Path other = Files.writeString(folder.resolve("metrics.jsonl"), "{}");
        EventWriter.truncateAfter(folder, -1, FILES);
        assertThat(other).hasContent("{}");
    }

    @Test
    void aMissingFolderIsNamed() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> EventWriter.open(missing, FILES)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining(missing.toString());
    }

    /** Offsets behind each record, found from the lengths alone. */
    private static int[] ends(byte[] file) {
        List<Integer> ends = new ArrayList<>();
        int position = 0;
        while (position < file.length) {
            position += (file[position] & 0xff) + ((file[position + 1] & 0xff) << 8) + 16;
            ends.add(position);
        }
        return ends.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Event> parse(byte[] file) throws IOException {
        List<Event> events = new ArrayList<>();
        ByteArrayInputStream in = new ByteArrayInputStream(file);
        for (Optional<byte[]> next = RecordFile.read(in); next.isPresent(); next = RecordFile.read(in)) {
            events.add(event(next.get()));
        }
        return events;
    }

    private static Event event(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        double wallTime = 0;
        long step = 0;
        Event content = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> wallTime = in.readDouble();
                case 2 -> step = in.readInt64();
                case 3 -> content = new Event(0, 0, in.readString(), null, null);
                case 5 -> content = value(field(in.readBytes(), 1));
                default -> throw new IOException("field " + tag);
            }
        }
        return new Event(wallTime, step, content.tag(), content.value(), content.text());
    }

    private static Event value(ByteString bytes) throws IOException {
        CodedInputStream in = bytes.newCodedInput();
        String name = null;
        Float number = null;
        String text = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> name = in.readString();
                case 2 -> number = in.readFloat();
                case 8 -> text = field(in.readBytes(), 8).toStringUtf8();
                case 9 -> assertThat(field(field(in.readBytes(), 1), 1).toStringUtf8()).isEqualTo("text");
                default -> throw new IOException("field " + tag);
            }
        }
        return new Event(0, 0, name, number, text);
    }

    private static ByteString field(ByteString message, int number) throws IOException {
        CodedInputStream in = message.newCodedInput();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == number) {
                return in.readBytes();
            }
            in.skipField(tag);
        }
        throw new IOException("no field " + number);
    }
}
