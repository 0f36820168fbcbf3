package oneword.data.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import oneword.data.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OPT files as the hub has them: roles for the token that begins and ends texts and for padding, and no others. */
class HubTokenizerFilesTest {

    private static final String ROLES = "\"bos_token\": \"</s>\", \"eos_token\": \"</s>\", \"unk_token\": \"</s>\", "
        + "\"pad_token\": \"<pad>\"";

    @TempDir
    private Path folder;

    /** Ids and text are those of transformers 5.23, AutoTokenizer of a folder with these files and a config.json. */
    @ParameterizedTest
    @ValueSource(strings = {"special_tokens_map.json", "tokenizer_config.json"})
    void tokensWithoutARoleAreOrdinaryText(String file) throws IOException {
        copyVocabulary();
        Files.writeString(folder.resolve(file), "{" + ROLES + "}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            int[] ids = tokenizer.encode("a <s> b</s><unk> c<pad> d");
            assertThat(ids).containsExactly(2, 68, 224, 31, 86, 33, 274, 2, 31, 2633, 33, 276, 1, 294);
            assertThat(tokenizer.decode(ids)).isEqualTo("a <s> b<unk> c d");
        }
    }

    @Test
    void withoutAnyRoleTheFourTokensOfTheVocabularyAreSpecial() throws IOException {
        copyVocabulary();
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.encode("<s><pad></s><unk>")).containsExactly(2, 0, 1, 2, 3);
        }
    }

    private void copyVocabulary() throws IOException {
        for (String name : new String[] {"vocab.json", "merges.txt"}) {
            Files.copy(Golden.root().resolve("models/opt-mini").resolve(name), folder.resolve(name));
        }
    }
}
