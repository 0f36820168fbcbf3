package oneword.data.nli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A list in a file is the list that was written, in whatever order and by however many threads it is read. */
class TripleFileTest {

    private static final int ROWS = 3000;

    @Test
    void rowsReadInTurnAreThoseThatWereWritten() {
        assertThat(stored(rows())).containsExactlyElementsOf(rows());
    }

    @Test
    void rowsReadInAnyOrderAreThoseThatWereWritten() {
        List<Triple> rows = rows();
        List<Triple> stored = stored(rows);
        List<Integer> order = new ArrayList<>(IntStream.range(0, ROWS).boxed().toList());
        Collections.shuffle(order, new Random(1));
        order.forEach(row -> assertThat(stored.get(row)).isEqualTo(rows.get(row)));
    }

    @Test
    void rowsReadBySeveralThreadsAreThoseThatWereWritten() {
        List<Triple> rows = rows();
        List<Triple> stored = stored(rows);
        assertThat(IntStream.range(0, ROWS).parallel().filter(row -> !stored.get(row).equals(rows.get(row))))
            .isEmpty();
    }

    @Test
    void anInterruptedThreadReadsOn() {
        List<Triple> rows = rows();
        List<Triple> stored = stored(rows);
        Thread.currentThread().interrupt();
        try {
            assertThat(stored.get(ROWS / 2)).isEqualTo(rows.get(ROWS / 2));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(stored.get(0)).isEqualTo(rows.get(0));
    }

    @Test
    void aFileOfNoRowsIsAnEmptyList() {
        assertThat(stored(List.of())).isEmpty();
    }

    @Test
    void rowsOutsideTheListAreRefused() {
        List<Triple> stored = stored(rows());
        assertThatThrownBy(() -> stored.get(ROWS)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> stored.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** Short, empty, foreign and very long texts, with and without a hard negative. */
    private static List<Triple> rows() {
        Random random = new Random(7);
        return IntStream.range(0, ROWS).mapToObj(i -> new Triple("anchor " + i + " \u00e9\u4e2d\ud83d\ude00",
            "p".repeat(i % 500 == 3 ? 100_000 : random.nextInt(80)), i % 3 == 0 ? null : i % 3 == 1 ? "" : "n" + i))
            .toList();
    }

    private static List<Triple> stored(List<Triple> rows) {
        try (TripleFile.Writer writer = new TripleFile.Writer()) {
            rows.forEach(writer::add);
            return writer.finish();
        }
    }
}
