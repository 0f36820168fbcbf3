package oneword.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import oneword.data.prompt.PromptTemplate;
import oneword.data.token.SentenceEncoder;
import oneword.lora.decoder.Precision;
import oneword.lora.kernel.Lanes;
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

    @Test
    void whatAllPromptsBeginWithIsComputedOnceAndLetGo() {
        try (SentenceModel model = open()) {
            model.decoder().runOn(Lanes.single());
            List<int[]> prompts = demonstrated(model);
            int before = arrays(model);
            List<Integer> held = new ArrayList<>();
            model.embed(prompts, done -> held.add(arrays(model) - before));
            assertThat(held).as("keys and values of the layers, in each of several batches").hasSizeGreaterThan(2)
                .containsOnly(2 * model.decoder().config().layers());
            assertThat(arrays(model)).isEqualTo(before);
            assertThatThrownBy(() -> model.embed(prompts, done -> {
                throw new CancellationException();
            })).isInstanceOf(CancellationException.class);
            assertThat(arrays(model)).as("after a stop").isEqualTo(before);
        }
    }

    @Test
    void aVectorBehindASharedStartIsThatOfTheTextAlone() {
        try (SentenceModel model = open()) {
            List<int[]> prompts = demonstrated(model);
            double largest = 0;
            double difference = 0;
            float[][] together = model.embed(prompts, done -> { });
            for (int i = 0; i < together.length; i++) {
                float[] alone = model.embed(List.of(prompts.get(i)), done -> { })[0];
                for (int j = 0; j < alone.length; j++) {
                    largest = Math.max(largest, Math.abs(alone[j]));
                    difference = Math.max(difference, Math.abs((double) together[i][j] - alone[j]));
                }
            }
            assertThat(difference / largest).isLessThan(1e-6);
        }
    }

    @Test
    void textsThatBeginWithNothingInCommonAreEmbedded() {
        try (SentenceModel model = open()) {
            List<int[]> rows = IntStream.range(0, 300).mapToObj(i -> new int[] {10 + i, 7, 9, 11, 5, 4, 8, 6}).toList();
            float[][] together = model.embed(rows, done -> { });
            float[] alone = model.embed(List.of(rows.get(299)), done -> { })[0];
            for (int j = 0; j < alone.length; j++) {
                assertThat((double) together[299][j]).isCloseTo(alone[j], within(1e-5));
            }
        }
    }

    /** Prompts that fill several batches; with the quote before it a first character of one becomes another token. */
    private static List<int[]> demonstrated(SentenceModel model) {
        SentenceEncoder encoder =
            model.encoder(PromptTemplate.DEFAULT.withDemonstration("A man is smoking.", "Smoking"));
        return IntStream.range(0, 250)
            .mapToObj(i -> (i == 77 ? "..." : "") + "Number " + i + " stands" + " here".repeat(i % 5))
            .map(encoder::evaluation).toList();
    }

    private static int arrays(SentenceModel model) {
        return model.decoder().manager().getManagedArrays().size();
    }

    private static SentenceModel open() {
        return SentenceModel.open(MODEL, Optional.empty(), Optional.empty(), Precision.FP32, Device.cpu());
    }
}
