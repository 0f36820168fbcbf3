package oneword.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import oneword.data.prompt.PromptTemplate;
import oneword.data.token.SentenceEncoder;
import oneword.data.token.Tokenizer;
import oneword.lora.decoder.Precision;
import oneword.lora.merge.ModelMerge;
import oneword.lora.merge.Storage;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.embedding.TextRule;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exports of the LLaMA family give the checkpoint's vectors; their tokenizers put the prompt around plain sentences,
 * whether BOS or EOS belongs to it, whether a space is put before a text, and wherever special tokens have their ids.
 */
class LlamaExportsTest {

    @TempDir
    private Path folder;

    static Stream<Arguments> tokenizers() {
        return Stream.of(
            tokenizer("as it stands", "PreTrainedTokenizerFast", 0, file -> { }),
            tokenizer("as LlamaTokenizer", "LlamaTokenizerFast", 2, file -> { }),
            tokenizer("EOS and no BOS", "PreTrainedTokenizerFast", 2, file ->
                file.set("post_processor", TinyLlama.template(false, true))),
            tokenizer("neither", "PreTrainedTokenizerFast", 2, file -> file.putNull("post_processor")),
            tokenizer("special tokens behind the vocabulary", "PreTrainedTokenizerFast", 702,
                LlamaExportsTest::moveSpecialTokens));
    }

    private static Arguments tokenizer(String name, String type, int pad, Consumer<ObjectNode> change) {
        return Arguments.of(name, type, pad, change);
    }

    /** As Llama 3 has it: special tokens are added to the vocabulary, not part of it. */
    private static void moveSpecialTokens(ObjectNode file) {
        ArrayNode added = file.putArray("added_tokens");
        int id = 700;
        for (String content : List.of("<|begin|>", "<|end|>", "<|pad|>")) {
            added.addObject().put("id", id++).put("content", content).put("single_word", false).put("lstrip", false)
                .put("rstrip", false).put("normalized", false).put("special", true);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokenizers")
    void plainSentencesHaveTheIdsOfTheEncoder(String name, String type, int pad, Consumer<ObjectNode> change)
        throws IOException {
        assertIds(TinyLlama.write(folder.resolve("base"), type, change), pad);
    }

    @Test
    void plainSentencesHaveTheIdsOfTheEncoderWithSmolLm2sTokenizer() throws IOException {
        Path file = Path.of(System.getProperty("oneword.root"))
            .resolve("../shared/models/smollm2-135m/tokenizer.json");
        Assumptions.assumeTrue(Files.isRegularFile(file), "needs " + file);
        Files.copy(file, Files.createDirectories(folder.resolve("base")).resolve("tokenizer.json"));

        assertIds(folder.resolve("base"), 2);
    }

    private void assertIds(Path base, int pad) throws IOException {
        ExportSource source = new ExportSource(folder, base, "some/llama", PromptTemplate.DEFAULT, 32);
        Path output = Files.createDirectories(folder.resolve("output"));
        new PromptTokenizer(source, 512, pad).write(output);

        List<String> sentences = new ArrayList<>(VectorDrift.SENTENCES);
        sentences.addAll(List.of("▁", "▁a ▁", "a▁b", " a", "<0x41>", "1999 2008"));
        try (Tokenizer plain = Tokenizer.load(base); Tokenizer prompted = Tokenizer.load(output)) {
            SentenceEncoder encoder = new SentenceEncoder(source.prompt(), plain, 32, 512);
            for (String sentence : sentences) {
                assertThat(prompted.encode(PromptTokenizer.MARK + sentence)).as("'%s'", sentence)
                    .isEqualTo(encoder.evaluation(sentence));
            }
            String padToken = new ObjectMapper().readTree(output.resolve("tokenizer_config.json").toFile())
                .get("pad_token").textValue();
            assertThat(prompted.encode(padToken)).contains(pad);
        }
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void vectorsAreThoseOfTheCheckpoint(ExportFormat format) throws IOException {
        Path base = TinyLlama.write(folder.resolve("base"), "LlamaTokenizerFast", file ->
            file.set("post_processor", TinyLlama.template(true, true)));
        Path checkpoint = MiniCheckpoint.write(folder.resolve("checkpoint"), base, TinyLlama.TARGETS, "some/llama",
            PromptTemplate.DEFAULT.template(), 0.3);
        float[][] expected = vectors(base, Optional.of(checkpoint));
        assertThat(VectorDrift.largest(expected, vectors(base, Optional.empty())))
            .as("the adapter changes the vectors").isGreaterThan(0.01);

        ExportResult result = Exports.write(format, ExportSource.read(checkpoint, base, Optional.empty()),
            folder.resolve("export"), new ExportOptions(Optional.of(Storage.FP32), ExportOptions.MAX_DRIFT, false,
                ModelMerge.SHARD_BYTES, CardDetails.none()));

        assertThat(result.modules()).isEqualTo(14);
        float[][] found = format == ExportFormat.PEFT
            ? vectors(base, Optional.of(result.folder())) : vectors(result.folder(), Optional.empty());
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as(VectorDrift.SENTENCES.get(i)).containsExactly(expected[i], within(1e-4f));
        }
        assertThat(Files.readString(result.folder().resolve("README.md"))).contains("some/llama")
            .doesNotContainIgnoringCase("opt");
    }

    @Test
    void theCardsCodePutsWhatTheTokenizerPutsAroundAText() throws IOException {
        Path base = TinyLlama.write(folder.resolve("base"), "PreTrainedTokenizerFast", file ->
            file.set("post_processor", TinyLlama.template(false, true)));

        assertThat(new ModelCard(new ExportSource(folder, base, "some/llama", PromptTemplate.DEFAULT, 32),
            ExportFormat.MERGED, folder, ExportOptions.defaults()).text())
            .contains("ids = tokenizer(prompt(sentence), add_special_tokens=False).input_ids + [2]\n");
    }

    private static float[][] vectors(Path model, Optional<Path> adapter) {
        try (SentenceModel loaded = SentenceModel.open(
            model, adapter, Optional.empty(), Precision.FP32, Device.cpu())) {
            return loaded.embed(VectorDrift.SENTENCES, TextRule.EVALUATION);
        }
    }
}
