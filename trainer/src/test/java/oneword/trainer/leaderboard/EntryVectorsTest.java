package oneword.trainer.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import oneword.trainer.evaluation.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntryVectorsTest {

    private static final List<String> FIRST = List.of("a", "bb", "ccc");
    private static final List<String> SECOND = List.of("dddd", "bb", "eeeee");

    @TempDir
    private Path folder;
    private final List<String> embedded = new ArrayList<>();
    private int opened;
    private boolean stop;

    private EntryVectors entry(String model) {
        ObjectNode identity = new ObjectMapper().createObjectNode().put("model", model);
        return new EntryVectors(new VectorCache(folder, line -> { }), identity, () -> {
            opened++;
            return new Lengths();
        }, () -> stop);
    }

    /** A sentence's vector is its length; every sentence of three letters was cut. */
    private final class Lengths implements EntryEmbedder {

        private int shortened;

        @Override
        public float[][] embed(List<String> sentences) {
            embedded.addAll(sentences);
            shortened += (int) sentences.stream().filter(sentence -> sentence.length() == 3).count();
            return sentences.stream().map(sentence -> new float[] {sentence.length()}).toArray(float[][]::new);
        }

        @Override
        public String describe() {
            return "lengths";
        }

        @Override
        public int shortened() {
            return shortened;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    @Test
    void aSentenceOfAnEarlierTaskIsNotEmbeddedAgain() {
        try (EntryVectors vectors = entry("m")) {
            EntryVectors.Answer first = vectors.of(FIRST, Progress.NONE);
            EntryVectors.Answer second = vectors.of(SECOND, Progress.NONE);

            assertThat(embedded).containsExactly("a", "bb", "ccc", "dddd", "eeeee");
            assertThat(second.vectors().rows()).isDeepEqualTo(new float[][] {{4}, {2}, {5}});
            assertThat(second.vectors().embedded()).isEqualTo(2);
            assertThat(first.vectors().shortened()).isEqualTo(1);
            assertThat(second.vectors().shortened()).isZero();
        }
    }

    @Test
    void whatIsInTheCacheNeedsNoModel() {
        try (EntryVectors vectors = entry("m")) {
            vectors.of(FIRST, Progress.NONE);
        }
        try (EntryVectors vectors = entry("m")) {
            EntryVectors.Answer answer = vectors.of(FIRST, Progress.NONE);

            assertThat(answer.isCached()).isTrue();
            assertThat(answer.vectors().rows()).isDeepEqualTo(new float[][] {{1}, {2}, {3}});
        }
        assertThat(opened).isEqualTo(1);
        assertThat(embedded).hasSize(3);
    }

    @Test
    void cachedSentencesServeOtherTasks() {
        try (EntryVectors vectors = entry("m")) {
            vectors.of(FIRST, Progress.NONE);
        }
        embedded.clear();
        try (EntryVectors vectors = entry("m")) {
            vectors.of(FIRST, Progress.NONE);
            vectors.of(SECOND, Progress.NONE);
        }
        assertThat(embedded).containsExactly("dddd", "eeeee");
    }

    @Test
    void anotherModelAnotherListOrAnotherOrderIsComputed() {
        try (EntryVectors vectors = entry("m")) {
            vectors.of(FIRST, Progress.NONE);
        }
        try (EntryVectors other = entry("n")) {
            assertThat(other.of(FIRST, Progress.NONE).isCached()).isFalse();
        }
        try (EntryVectors again = entry("m")) {
            assertThat(again.of(List.of("bb", "a", "ccc"), Progress.NONE).isCached()).isFalse();
            assertThat(again.of(List.of("a", "bb"), Progress.NONE).isCached()).isFalse();
        }
    }

    @Test
    void aStopKeepsFinishedTasks() {
        List<String> many = IntStream.range(0, 2000).mapToObj(i -> "sentence " + i).toList();
        try (EntryVectors vectors = entry("m")) {
            vectors.of(FIRST, Progress.NONE);
            assertThatThrownBy(() -> vectors.of(many, (done, total) -> stop = done > 0))
                .isInstanceOf(EntryVectors.StoppedException.class);
        }
        assertThat(embedded).as("the stop came in between").hasSizeBetween(4, 2002);
        embedded.clear();
        stop = false;

        try (EntryVectors vectors = entry("m")) {
            assertThat(vectors.of(FIRST, Progress.NONE).isCached()).isTrue();
            assertThat(vectors.of(many, Progress.NONE).vectors().rows()).hasDimensions(2000, 1);
        }
        assertThat(embedded).containsExactlyElementsOf(many);
    }
}
