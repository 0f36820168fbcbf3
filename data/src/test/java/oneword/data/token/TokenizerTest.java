package oneword.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import oneword.data.DataException;
import oneword.data.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {

    private static final Path MINI = Golden.root().resolve("models/opt-mini");

    @TempDir
    private Path folder;

    private Path vocabularyAndMerges() throws IOException {
        Files.copy(MINI.resolve("vocab.json"), folder.resolve("vocab.json"));
        Files.copy(MINI.resolve("merges.txt"), folder.resolve("merges.txt"));
        return folder;
    }

    private static void assertGolden(Tokenizer tokenizer) {
        for (JsonNode line : Golden.json("tokenizer-opt-mini.json")) {
            String text = line.get("text").textValue();
            int[] ids = Golden.ints(line.get("ids"));
            assertThat(tokenizer.encode(text)).as(line.get("text").toString()).isEqualTo(ids);
            assertThat(tokenizer.encodePlain(text)).isEqualTo(Arrays.copyOfRange(ids, 1, ids.length));
            assertThat(tokenizer.decode(ids)).isEqualTo(line.get("decoded").textValue());
        }
    }

    @Test
    void tokenizerJsonGivesTheIdsOfTheTokenizersLibrary() {
        try (Tokenizer tokenizer = Tokenizer.load(MINI)) {
            assertGolden(tokenizer);
            assertThat(tokenizer.vocabularySize()).isEqualTo(8192);
        }
    }

    @Test
    void vocabularyAndMergesGiveTheSameIds() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(vocabularyAndMerges())) {
            assertGolden(tokenizer);
            assertThat(tokenizer.vocabularySize()).isEqualTo(8192);
        }
    }

    @Test
    void optsOwnVocabularyGivesItsKnownIds() {
        try (Tokenizer tokenizer = Tokenizer.load(Golden.shared("data/tokenizer/opt"))) {
            assertThat(tokenizer.decode(new int[] {2, 100, 101, 47, 4})).isEqualTo("I like you.");
            assertThat(tokenizer.encode("I like you.")).containsExactly(2, 100, 101, 47, 4);
            assertThat(tokenizer.vocabularySize()).isEqualTo(50265);
            for (JsonNode line : Golden.json("tokenizer-opt.json")) {
                assertThat(tokenizer.encode(line.get("text").textValue())).as(line.get("text").toString())
                    .isEqualTo(Golden.ints(line.get("ids")));
            }
        }
    }

    @Test
    void nothingIsCutOrPaddedWhateverTheFileSays() throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode file = (ObjectNode) json.readTree(MINI.resolve("tokenizer.json").toFile());
        file.set("truncation", json.readTree(
            "{\"direction\":\"Right\",\"max_length\":8,\"strategy\":\"LongestFirst\",\"stride\":0}"));
        file.set("padding", json.readTree("{\"strategy\":{\"Fixed\":16},\"direction\":\"Right\","
            + "\"pad_to_multiple_of\":null,\"pad_id\":1,\"pad_type_id\":0,\"pad_token\":\"<pad>\"}"));
        json.writeValue(folder.resolve("tokenizer.json").toFile(), file);
        try (Tokenizer plain = Tokenizer.load(MINI); Tokenizer tokenizer = Tokenizer.load(folder)) {
            String text = "a long text ".repeat(1000);
            assertThat(tokenizer.encode(text)).isEqualTo(plain.encode(text)).hasSizeGreaterThan(3000);
            assertThat(tokenizer.encode("a")).isEqualTo(plain.encode("a")).hasSize(2);
        }
    }

    @Test
    void tokenizerJsonWinsOverVocabularyAndMerges() throws IOException {
        vocabularyAndMerges();
        ObjectMapper json = new ObjectMapper();
        ObjectNode file = (ObjectNode) json.readTree(MINI.resolve("tokenizer.json").toFile());
        file.putNull("post_processor");
        json.writeValue(folder.resolve("tokenizer.json").toFile(), file);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.encode("a")).isEqualTo(tokenizer.encodePlain("a"));
        }
    }

    @Test
    void theFilesBesideTheVocabularyAddTokensAndChooseBos() throws IOException {
        vocabularyAndMerges();
        Files.writeString(folder.resolve("special_tokens_map.json"),
            "{\"bos_token\": {\"content\": \"<s>\"}, \"additional_special_tokens\": [\"<word>\"]}");
        Files.writeString(folder.resolve("added_tokens.json"), "{\"<word>\": 8192}");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"added_tokens_decoder\": "
            + "{\"8193\": {\"content\": \"<plain>\", \"special\": false}}}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.encode("<word><plain>")).containsExactly(0, 8192, 8193);
            assertThat(tokenizer.decode(new int[] {0, 8192, 8193})).isEqualTo("<plain>");
            assertThat(tokenizer.vocabularySize()).isEqualTo(8194);
        }
    }

    @Test
    void bosIsLeftOutWhereTheConfigurationSaysSo() throws IOException {
        vocabularyAndMerges();
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"add_bos_token\": false}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.encode("a")).isEqualTo(tokenizer.encodePlain("a")).hasSize(1);
        }
    }

    @Test
    void severalTextsAreEncodedInOrder() {
        try (Tokenizer tokenizer = Tokenizer.load(MINI)) {
            List<int[]> ids = tokenizer.encodeAll(List.of("one", "", "three"));
            assertThat(ids).hasSize(3);
            assertThat(ids.get(0)).isEqualTo(tokenizer.encode("one"));
            assertThat(ids.get(1)).containsExactly(2);
            assertThat(ids.get(2)).isEqualTo(tokenizer.encode("three"));
        }
    }

    @Test
    void halfASurrogatePairIsAnErrorAndNotAnotherCharacter() {
        try (Tokenizer tokenizer = Tokenizer.load(MINI)) {
            assertThatThrownBy(() -> tokenizer.encode("ab\ud83dc")).isInstanceOf(DataException.class)
                .hasMessageContaining("\\ud83d").hasMessageContaining("character 3");
        }
    }

    @Test
    void severalThreadsMayUseOneTokenizer() {
        List<JsonNode> lines = new ArrayList<>();
        Golden.json("tokenizer-opt-mini.json").forEach(lines::add);
        try (Tokenizer tokenizer = Tokenizer.load(MINI)) {
            boolean equal = IntStream.range(0, 4 * lines.size()).parallel().allMatch(i -> {
                JsonNode line = lines.get(i % lines.size());
                return Arrays.equals(tokenizer.encode(line.get("text").textValue()), Golden.ints(line.get("ids")));
            });
            assertThat(equal).isTrue();
        }
    }

    @Test
    void aClosedTokenizerSaysSo() {
        Tokenizer tokenizer = Tokenizer.load(MINI);
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theNativeLibraryIsKeptToTheProcessorAndFromTheNetwork() {
        Tokenizer.load(MINI).close();
        for (String[] setting : new String[][] {{"RUST_FLAVOR", "RUST_FLAVOR", "cpu"},
            {"DJL_OFFLINE", "ai.djl.offline", "true"}, {"OPT_OUT_TRACKING", "OPT_OUT_TRACKING", "true"}}) {
            String environment = System.getenv(setting[0]);
            assertThat(environment == null ? System.getProperty(setting[1]) : environment).isEqualTo(setting[2]);
        }
    }

    @Test
    void aFolderWithoutATokenizerIsNamed() {
        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContaining(folder.toString()).hasMessageContaining("tokenizer.json")
            .hasMessageContaining("merges.txt");
    }

    @Test
    void damagedFilesAreNamed() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, "{\"version\": ");
        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContaining(file.toString());
        Files.writeString(file, "{\"version\": \"1.0\"}");
        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContaining(file.toString());
        Files.delete(file);
        vocabularyAndMerges();
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b c\n");
        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("merges.txt, line 2");
        Files.writeString(folder.resolve("vocab.json"), "[1]");
        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("vocab.json");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        Files.writeString(folder.resolve("merges.txt"), "");
        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("</s>");
    }

    @Test
    void anAddedTokenThatContradictsTheVocabularyIsRefused() throws IOException {
        vocabularyAndMerges();
        Files.writeString(folder.resolve("added_tokens.json"), "{\"<pad>\": 7}");
        assertThatThrownBy(() -> Tokenizer.load(folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("<pad>").hasMessageContaining("7");
    }
}
