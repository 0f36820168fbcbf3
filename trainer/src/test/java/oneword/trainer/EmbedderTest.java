package oneword.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbedderTest {

    private static final Path MODEL = Path.of(System.getProperty("oneword.root"), "models", "opt-mini");

    /** The example of the README. */
    @Test
    void theReadmesExampleRuns() {
        try (Embedder embedder = Embedder.load(MODEL)) {
            float[][] vectors = embedder.embed(List.of("A man is playing a guitar.", "Someone makes music."));
            assertThat(vectors).hasDimensions(2, embedder.width());
            assertThat(Embedder.cosine(vectors[0], vectors[1])).isBetween(-1.0, 1.0);
        }
    }

    @Test
    void companyAndOrderNeverChangeAVector() {
        List<String> sentences = List.of("A man is playing a guitar.", "", "Rain.",
            "The committee, which had met twice already that week, could not agree on anything at all.");
        try (Embedder embedder = Embedder.load(MODEL)) {
            float[][] together = embedder.embed(sentences);
            for (int i = 0; i < sentences.size(); i++) {
                float[] alone = embedder.embed(List.of(sentences.get(i)))[0];
                for (int j = 0; j < alone.length; j++) {
                    assertThat((double) together[i][j]).isCloseTo(alone[j], within(1e-5));
                }
            }
        }
    }
}
