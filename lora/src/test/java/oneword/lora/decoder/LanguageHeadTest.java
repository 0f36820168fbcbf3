package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import oneword.lora.LoraException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Next tokens equal those of transformers' causal language model: see golden/make_next_tokens.py. */
class LanguageHeadTest {

    private static final int COUNT = 5;
    private static final int ANY = 32;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm-projected", "untied", "bf16-file", "bare-names", "llama",
        "mistral"})
    void nextTokensEqualTransformers(String name) throws IOException {
        GoldenCase golden = golden(name);
        JsonNode expected =
            new ObjectMapper().readTree(GoldenCase.ROOT.resolve("next_tokens.json").toFile()).get(name);

        List<List<NextToken>> tokens = nextTokens(golden, COUNT);

        assertThat(tokens).hasSize(expected.get("ids").size());
        for (int i = 0; i < tokens.size(); i++) {
            assertThat(tokens.get(i)).hasSize(COUNT);
            for (int j = 0; j < COUNT; j++) {
                assertThat(tokens.get(i).get(j).id()).isEqualTo(expected.get("ids").get(i).get(j).intValue());
                assertThat(tokens.get(i).get(j).probability())
                    .isCloseTo(expected.get("probabilities").get(i).get(j).doubleValue(), within(1e-5));
            }
        }
    }

    @Test
    void theProbabilitiesOfTheWholeVocabularyAddUpToOne() {
        GoldenCase golden = golden("untied");
        int vocabulary = golden.json("config.json").get("vocab_size").intValue();

        List<List<NextToken>> tokens = nextTokens(golden, vocabulary + 1);

        assertThat(tokens).allSatisfy(row -> {
            assertThat(row).hasSize(vocabulary);
            assertThat(row.stream().mapToDouble(NextToken::probability).sum()).isCloseTo(1, within(1e-5));
        });
    }

    @Test
    void aModelWithoutHeadIsToldFromATiedOne() throws IOException {
        Path source = golden("bare-names").folder();
        Files.copy(source.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        ObjectNode config = (ObjectNode) new ObjectMapper().readTree(source.resolve("config.json").toFile());
        Files.writeString(folder.resolve("config.json"), config.put("tie_word_embeddings", false).toString());

        assertThatThrownBy(() -> LanguageHead.load(folder, Precision.FP32, Device.cpu(), COUNT))
            .isInstanceOf(LoraException.class).hasMessageContainingAll("lm_head.weight", "tie_word_embeddings");
    }

    @Test
    void vectorsOfAnotherWidthAreRefused() {
        try (LanguageHead head = LanguageHead.load(golden("untied").folder(), Precision.FP32, Device.cpu(), COUNT)) {
            assertThatThrownBy(() -> head.top(new float[1][ANY])).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static GoldenCase golden(String name) {
        return new GoldenCase(GoldenCase.ROOT.resolve("decoder").resolve(name));
    }

    private static List<List<NextToken>> nextTokens(GoldenCase golden, int count) {
        JsonNode batch = golden.json("inputs.json").get("batches").get(1);
        List<int[]> rows = GoldenCase.sentences(batch.get("ids"));
        List<int[]> sentences = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            sentences.add(Arrays.copyOf(rows.get(i), batch.get("lengths").get(i).intValue()));
        }
        Path folder = golden.folder();
        try (Decoder decoder = Decoders.load(folder, Decoders.read(folder), Precision.FP32, Device.cpu());
            LanguageHead head = LanguageHead.load(folder, Precision.FP32, Device.cpu(), count)) {
            int d = decoder.config().outputWidth();
            float[] flat = DecoderGoldenTest.embed(decoder, sentences);
            float[][] vectors = new float[sentences.size()][];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = Arrays.copyOfRange(flat, i * d, (i + 1) * d);
            }
            return head.top(vectors);
        }
    }
}
