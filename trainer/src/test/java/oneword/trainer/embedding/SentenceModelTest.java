package oneword.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import oneword.lora.decoder.Precision;
import oneword.trainer.hardware.OutOfMemoryException;
import org.junit.jupiter.api.Test;

class SentenceModelTest {

    private static final Path MODEL = Path.of(System.getProperty("oneword.root"), "models", "opt-mini");
    private static final List<String> SENTENCES =
        IntStream.range(0, 40).mapToObj(i -> "Sentence number " + i + " stands here.").toList();

    @Test
    void embeddingGoesOnInSmallerBatchesWhereMemoryRunsOut() {
        try (SentenceModel model = open()) {
            float[][] calm = model.embed(SENTENCES, TextRule.EVALUATION);
            int[] failures = {0};
            model.watch(() -> {
                if (failures[0]++ < 2) {
                    throw new OutOfMemoryException("out of memory: none is left");
                }
            });
            float[][] troubled = model.embed(SENTENCES, TextRule.EVALUATION);
            for (int i = 0; i < calm.length; i++) {
                for (int j = 0; j < calm[i].length; j++) {
                    assertThat((double) troubled[i][j]).isCloseTo(calm[i][j], within(1e-5));
                }
            }
        }
    }

    @Test
    void whereOneSentenceIsTooMuchTheFailureIsTold() {
        try (SentenceModel model = open()) {
            model.watch(() -> {
                throw new OutOfMemoryException("out of memory: none is left");
            });
            assertThatThrownBy(() -> model.embed(SENTENCES, TextRule.EVALUATION))
                .isInstanceOf(OutOfMemoryException.class);
        }
    }

    private static SentenceModel open() {
        return SentenceModel.open(MODEL, Optional.empty(), Optional.empty(), Precision.FP32, Device.cpu());
    }
}
