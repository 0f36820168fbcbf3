package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import oneword.lora.LoraException;
import oneword.lora.adapter.TargetModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderConfigTest {

    @TempDir
    private Path folder;

    /** Counts are those of transformers 5.23: sum(p.numel() for p in OPTModel(config).parameters()). */
    @ParameterizedTest
    @CsvSource({"768, 3072, 12, 12, 768, true, 125239296", "1024, 4096, 24, 16, 512, false, 331196416",
        "9216, 36864, 64, 72, 9216, true, 65719701504"})
    void parametersAreCountedAsTransformersDoes(
        int hidden, int ffn, int layers, int heads, int projected, boolean preNorm, long expected) throws IOException {
        DecoderConfig config = read(String.format("""
            {"model_type": "opt", "hidden_size": %d, "ffn_dim": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
             "word_embed_proj_dim": %d, "do_layer_norm_before": %b}""",
            hidden, ffn, layers, heads, projected, preNorm));
        assertThat(config.frozenParameters()).isEqualTo(expected);
    }

    @Test
    void projectionsCanCarryAdaptersWhereThereAreSome() throws IOException {
        DecoderConfig config = read("""
            {"model_type": "opt", "hidden_size": 32, "num_attention_heads": 2, "word_embed_proj_dim": 16,
             "num_hidden_layers": 1}""");
        assertThat(config.targetModules()).extracting(TargetModule::name).containsExactly("project_in", "q_proj",
            "k_proj", "v_proj", "out_proj", "fc1", "fc2", "project_out");
    }

    static Stream<String> unsupported() {
        return Stream.of("{'model_type': 'gpt2'}", "{'model_type': 'opt', 'activation_function': 'silu'}",
            "{'model_type': 'opt', 'layerdrop': 0.1}", "{'model_type': 'opt', 'hidden_size': 10}",
            "{'model_type': 'opt', 'dropout': 1.5}", "{'model_type': 'opt', 'hidden_size': 'many'}",
            "{'model_type': 'opt', 'num_hidden_layers': 0}", "{'model_type': 'opt', 'num_hidden_layers': 2147483647}",
            "{'model_type': 'opt', 'ffn_dim': 2147483647}", "[]", "{'model_type': ");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("unsupported")
    void whatIsNotSupportedIsRefusedByName(String json) {
        assertThatThrownBy(() -> read(json.replace('\'', '"')))
            .isInstanceOf(LoraException.class).hasMessageContaining("config.json");
    }

    private DecoderConfig read(String json) throws IOException {
        Files.writeString(folder.resolve("config.json"), json);
        return Decoders.read(folder);
    }
}
