package oneword.trainer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubEnvironmentTest {

    @TempDir
    private Path folder;

    private static HubEnvironment of(String... namesAndValues) {
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new HubEnvironment(variables);
    }

    @Test
    void theCacheIsWhereHuggingFaceHasIt() {
        assertThat(of("HOME", "/h").cache()).isEqualTo(Path.of("/h/.cache/huggingface/hub"));
        assertThat(of("HOME", "/h", "XDG_CACHE_HOME", "/x").cache()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(of("XDG_CACHE_HOME", "/x", "HF_HOME", "/f").cache()).isEqualTo(Path.of("/f/hub"));
        assertThat(of("HF_HOME", "/f", "HF_HUB_CACHE", "/c").cache()).isEqualTo(Path.of("/c"));
    }

    @Test
    void aPathMayNameTheHomeFolderAndVariables() {
        assertThat(of("HOME", "/h", "HF_HOME", "~/hf").cache()).isEqualTo(Path.of("/h/hf/hub"));
        assertThat(of("SCRATCH", "/s", "HF_HUB_CACHE", "$SCRATCH/a/${SCRATCH}").cache()).isEqualTo(Path.of("/s/a/s"));
    }

    @Test
    void anEmptyVariableCountsAsNotSet() {
        assertThat(of("HOME", "/h", "HF_HUB_CACHE", "", "HF_HOME", " ").cache())
            .isEqualTo(Path.of("/h/.cache/huggingface/hub"));
        assertThat(of("HF_HOME", folder.toString(), "HF_TOKEN", "").token()).isEmpty();
    }

    @Test
    void theEndpointIsThePublicHubUnlessSaidOtherwise() {
        assertThat(of().endpoint()).hasToString("https://huggingface.co");
        assertThat(of("HF_ENDPOINT", "https://mirror.example/hf/").endpoint())
            .hasToString("https://mirror.example/hf");
    }

    @ParameterizedTest
    @ValueSource(strings = {"huggingface.co", "ftp://huggingface.co", "https://", "https://joe:secret@hub.example",
        "https://hub.example?x=secret", "https://hub.example/a secret"})
    void anEndpointThatIsNoHostsAddressIsRefusedWithoutShowingIt(String endpoint) {
        assertThatThrownBy(() -> of("HF_ENDPOINT", endpoint).endpoint()).isInstanceOf(TrainerException.class)
            .hasMessageContaining("HF_ENDPOINT").hasMessageNotContaining("secret").hasNoCause();
    }

    @Test
    void theTokenIsTheVariablesElseTheFiles() throws IOException {
        Files.writeString(folder.resolve("token"), "hf_file\n");
        Path other = Files.writeString(folder.resolve("other"), "hf_other");
        String home = folder.toString();

        assertThat(of("HF_HOME", home).token()).contains("hf_file");
        assertThat(of("HF_HOME", home, "HF_TOKEN_PATH", other.toString()).token()).contains("hf_other");
        assertThat(of("HF_HOME", home, "HF_TOKEN", " hf_variable\n").token()).contains("hf_variable");
        assertThat(of("HF_HOME", home, "HF_TOKEN", "hf_variable", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1").token())
            .isEmpty();
    }

    @Test
    void aTokenThatCannotBeOneIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> of("HF_TOKEN", "hf_abc\nX-Evil: 1").token()).isInstanceOf(TrainerException.class)
            .hasMessageStartingWith("HF_TOKEN: ").hasMessageNotContaining("hf_abc");
    }

    @Test
    void eitherOfTwoVariablesForbidsTheNetwork() {
        assertThat(of("HF_HUB_OFFLINE", "1").offline()).contains("HF_HUB_OFFLINE");
        assertThat(of("TRANSFORMERS_OFFLINE", "yes").offline()).contains("TRANSFORMERS_OFFLINE");
        assertThat(of("HF_HUB_OFFLINE", "0").offline()).isEmpty();
    }
}
