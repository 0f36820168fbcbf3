package oneword.trainer.embedding.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import oneword.data.DataException;
import oneword.trainer.embedding.EmbeddingException;
import org.junit.jupiter.api.Test;

class WindowsTest {

    private static final Path NAME = Path.of("stdin");
    /** {@code printf 'a\n\nb\u2028c\n' | sha256sum} */
    private static final String SHA256 = "5608b8d010591d794e6284022a5e133f51a1d45f55f1713ba3e35aeb5b00f77a";

    @Test
    void sentencesComeInTheirOrderInWindowsOfOneSize() {
        List<Window> windows = all("a\n\nb\u2028c\r\nd\ne", 2);

        assertThat(windows).extracting(Window::sentences)
            .containsExactly(List.of("a", ""), List.of("b\u2028c", "d"), List.of("e"));
        assertThat(windows).extracting(Window::first).containsExactly(0L, 2L, 4L);
        assertThat(windows.get(1).ids()).containsExactly(new int[] {3}, new int[] {1});
    }

    @Test
    void eachWindowKnowsTheHashOfAllThatWasReadUpToIt() {
        assertThat(all("a\n\nb\u2028c\nd\n", 3).get(0).sha256()).isEqualTo(SHA256);
    }

    @Test
    void readingGoesOnBehindWhatWasTakenBefore() {
        SentenceReader sentences = reader("a\n\nb\u2028c\nd\n");
        sentences.skip(3, SHA256);

        assertThat(all(sentences, 2)).singleElement().satisfies(window -> {
            assertThat(window.first()).isEqualTo(3);
            assertThat(window.sentences()).containsExactly("d");
        });
    }

    @Test
    void anInputThatBeginsWithOtherSentencesOrEndsTooSoonIsTold() {
        assertThatThrownBy(() -> reader("a\n\nb\nd\n").skip(3, SHA256))
            .isInstanceOf(EmbeddingException.class).hasMessageContainingAll("first 3 lines", "stdin", "--resume");
        assertThatThrownBy(() -> reader("a\n\n").skip(3, SHA256))
            .isInstanceOf(EmbeddingException.class).hasMessageContainingAll("behind line 2", "3 lines", "--resume");
    }

    @Test
    void aSentenceThatCannotBeTokenisedIsNamedByItsLineAfterTheWindowsBeforeIt() {
        try (Windows windows = new Windows(reader("a\nb\nc\nbad\n"), 2, sentence -> {
            if (sentence.equals("bad")) {
                throw new DataException("too long");
            }
            return new int[] {1};
        }, () -> false)) {
            assertThat(windows.next().sentences()).containsExactly("a", "b");
            assertThatThrownBy(windows::next).isInstanceOf(DataException.class)
                .hasMessage("stdin, line 4: too long");
        }
    }

    @Test
    void anEndlessInputIsReadNoFurtherThanOneWindowAhead() {
        AtomicLong tokenised = new AtomicLong();
        try (Windows windows = new Windows(SentenceReader.of(new Endless(), NAME), 100, sentence -> {
            tokenised.incrementAndGet();
            return new int[] {1};
        }, () -> false)) {
            for (int i = 0; i < 50; i++) {
                assertThat(windows.next().first()).isEqualTo(100L * i);
                assertThat(tokenised.get()).isLessThanOrEqualTo(100L * (i + 2));
            }
        }
    }

    @Test
    void whoeverIsAskedToStopDoesNotWaitForAnInputThatSaysNothing() throws IOException {
        try (PipedOutputStream silent = new PipedOutputStream(); PipedInputStream in = new PipedInputStream(silent)) {
            silent.write("hello\nworld\n".getBytes(StandardCharsets.UTF_8));
            SentenceReader sentences = SentenceReader.of(in, NAME);
            try (Windows windows = new Windows(sentences, 100, sentence -> new int[] {1}, () -> true)) {
                assertThatThrownBy(windows::next).isInstanceOf(CancellationException.class);
            }
        }
    }

    @Test
    void wideModelsTakeSmallerWindows() {
        assertThat(Windows.size(768, false)).isEqualTo(2048);
        assertThat(Windows.size(768, true)).isEqualTo(16384);
        assertThat(4L * 9216 * Windows.size(9216, true)).isLessThanOrEqualTo(64 << 20);
    }

    private static List<Window> all(String text, int size) {
        return all(reader(text), size);
    }

    private static List<Window> all(SentenceReader sentences, int size) {
        List<Window> all = new ArrayList<>();
        try (Windows windows = new Windows(sentences, size, sentence -> new int[] {sentence.length()}, () -> false)) {
            for (Window window = windows.next(); window != null; window = windows.next()) {
                all.add(window);
            }
        }
        return all;
    }

    private static SentenceReader reader(String text) {
        return SentenceReader.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), NAME);
    }

    /** {@code "x\n"} for ever. */
    private static final class Endless extends InputStream {

        private boolean lineFeed;

        @Override
        public int read() {
            lineFeed = !lineFeed;
            return lineFeed ? 'x' : '\n';
        }
    }
}
