package oneword.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import oneword.data.DataException;
import oneword.data.Golden;
import oneword.data.prompt.PromptTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokenizers of the LLaMA family give what transformers' AutoTokenizer gives of the same folder, whatever its files say
 * of BOS, EOS, roles and classes; see llama_tokenizers.py.
 */
class LlamaTokenizersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode GOLDEN = Golden.json("llama-tokenizers.json");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"as_it_stands", "eos_without_bos", "neither", "mistral", "roles", "class", "class_legacy",
        "class_without_prefix"})
    void sentencePieceFilesGiveTheIdsOfTransformers(String variant) throws IOException {
        ObjectNode file = (ObjectNode) Golden.json("llama-tokenizer.json");
        file.setAll((ObjectNode) GOLDEN.get(variant).get("tokenizer"));
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), file);

        assertGolden(GOLDEN.get(variant));
    }

    @Test
    void smolLm2sFileGivesTheIdsOfTransformers() throws IOException {
        Files.copy(Golden.shared("models/smollm2-135m/tokenizer.json"), folder.resolve("tokenizer.json"));

        assertGolden(GOLDEN.get("smollm2"));
    }

    @Test
    void eosThatTheFileAppendsIsTheLastIdOfAPrompt() throws IOException {
        write("tokenizer.json", changed(file -> file.replace("post_processor",
            GOLDEN.at("/eos_without_bos/tokenizer/post_processor"))));
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            SentenceEncoder encoder = new SentenceEncoder(PromptTemplate.DEFAULT, tokenizer, 32, 40);
            for (int[] ids : List.of(encoder.training("A man."), encoder.evaluation("A man. ".repeat(50)))) {
                assertThat(ids).doesNotContain(1).endsWith(2).containsOnlyOnce(2);
                assertThat(tokenizer.decode(ids)).endsWith(" means in one word:\"");
            }
        }
    }

    @Test
    void aPromptOfNoTokenIsRefused() throws IOException {
        write("tokenizer.json", changed(file -> file.putNull("post_processor")));
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            SentenceEncoder encoder = new SentenceEncoder(new PromptTemplate("{sentence}"), tokenizer, 32, 40);
            assertThatThrownBy(() -> encoder.evaluation("")).isInstanceOf(DataException.class)
                .hasMessageContaining("one token at least");
        }
    }

    @Test
    void aModelThatTheNamedClassCannotBeBuiltOfIsRefused() throws IOException {
        write("tokenizer.json", JSON.readTree("{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", -1.5]]}}"));
        write("tokenizer_config.json", JSON.readTree("{\"tokenizer_class\": \"LlamaTokenizerFast\"}"));

        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContainingAll("tokenizer.json", "Unigram", "LlamaTokenizer", "PreTrainedTokenizerFast");
    }

    @Test
    void aSentencePieceModelAloneIsToldHowToBecomeATokenizerFile() throws IOException {
        Files.write(folder.resolve("tokenizer.model"), new byte[] {10, 14});

        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContainingAll("tokenizer.model", "tokenizer.json", "save_pretrained");
    }

    @Test
    void vocabularyAndMergesAreEnoughForOptAlone() throws IOException {
        for (String name : List.of("vocab.json", "merges.txt")) {
            Files.copy(Golden.root().resolve("models/opt-mini").resolve(name), folder.resolve(name));
        }
        write("config.json", JSON.readTree("{\"model_type\": \"llama\"}"));

        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContainingAll("vocab.json", "llama", "tokenizer.json", "save_pretrained");
    }

    private interface Change {

        void apply(ObjectNode tokenizer);
    }

    private static ObjectNode changed(Change change) {
        ObjectNode file = (ObjectNode) Golden.json("llama-tokenizer.json");
        change.apply(file);
        return file;
    }

    private void write(String name, JsonNode content) throws IOException {
        JSON.writeValue(folder.resolve(name).toFile(), content);
    }

    private void assertGolden(JsonNode golden) throws IOException {
        for (var file : golden.get("files").properties()) {
            write(file.getKey(), file.getValue());
        }
        List<String> lines = everyTenthLine();
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            for (var text : golden.get("ids").properties()) {
                assertThat(tokenizer.encode(text.getKey())).as("'%s'", text.getKey())
                    .isEqualTo(Golden.ints(text.getValue()));
            }
            SentenceEncoder encoder = new SentenceEncoder(PromptTemplate.DEFAULT, tokenizer, 32, 1_000_000);
            JsonNode digests = golden.get("digests");
            assertDigests(digests, "ids", lines, line -> text(tokenizer.encode(line)));
            assertDigests(digests, "decoded", lines, line -> tokenizer.decode(tokenizer.encode(line)));
            assertDigests(digests, "training", lines, line -> text(encoder.training(line)));
            assertDigests(digests, "evaluation", lines, line -> text(encoder.evaluation(line)));
        }
    }

    private static void assertDigests(
        JsonNode digests, String kind, List<String> lines, Function<String, String> value) {
        int block = lines.size() / digests.get(kind).size();
        assertThat(block * digests.get(kind).size()).isEqualTo(1000);
        List<Integer> different = new ArrayList<>();
        for (int i = 0; i < digests.get(kind).size(); i++) {
            String values = lines.subList(block * i, block * (i + 1)).stream()
                .map(line -> value.apply(line) + "\0").collect(Collectors.joining());
            if (!digest(values).equals(digests.get(kind).get(i).textValue())) {
                different.add(i);
            }
        }
        assertThat(different).as("blocks of %d lines, from 0, whose %s differ", block, kind).isEmpty();
    }

    private static List<String> everyTenthLine() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(Golden.file("lines.jsonl.gz"))), StandardCharsets.UTF_8))) {
            List<String> packed = reader.lines().toList();
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < packed.size(); i += 10) {
                lines.add(JSON.readTree(packed.get(i)).textValue());
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(int[] ids) {
        return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    }

    private static String digest(String text) {
        try {
            return HexFormat.of().formatHex(
                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
