package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import oneword.lora.LoraException;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.TargetModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a LLaMA or Mistral config.json says, in the spellings of old and new transformers. */
class LlamaConfigTest {

    @TempDir
    private Path folder;

    static Stream<JsonNode> rotaries() throws IOException {
        JsonNode all = new ObjectMapper().readTree(GoldenCase.ROOT.resolve("rotary.json").toFile());
        return StreamSupport.stream(all.spliterator(), false);
    }

    /** One unit in the last place, should a processor's power function round otherwise. */
    @ParameterizedTest
    @MethodSource("rotaries")
    void frequenciesAreThoseOfTransformers(JsonNode golden) throws IOException {
        LlamaConfig config = read(golden.get("config").toString());
        float[] found = config.rotary().frequencies(config.headWidth());
        JsonNode expected = golden.get("frequencies");
        assertThat(found).hasSize(expected.size());
        for (int i = 0; i < found.length; i++) {
            float exact = expected.get(i).floatValue();
            assertThat(found[i]).as("%s, %d", golden.get("name"), i).isCloseTo(exact, within(Math.ulp(exact)));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'rope_theta': 5e5 | 'rope_parameters': {'rope_type': 'default', 'rope_theta': 5e5}",
        "'rope_theta': 7e4, 'rope_scaling': null | 'rope_theta': 7e4",
        "'rope_theta': 7e4, 'rope_scaling': {'type': 'linear', 'factor': 2}"
            + "| 'rope_parameters': {'rope_type': 'linear', 'factor': 2.0, 'rope_theta': 7e4}",
        "'rope_scaling': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 1,"
            + " 'high_freq_factor': 4, 'original_max_position_embeddings': 512}"
            + "| 'rope_parameters': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 1,"
            + " 'high_freq_factor': 4, 'original_max_position_embeddings': 512, 'rope_theta': 10000.0}",
        "'num_key_value_heads': null, 'head_dim': null | 'num_key_value_heads': 32, 'head_dim': 128"})
    void oldAndNewSpellingsSayTheSame(String old, String recent) throws IOException {
        assertThat(llama(old)).isEqualTo(llama(recent));
    }

    /** Counts are those of transformers 5.23: sum(p.numel() for p in AutoModel.from_config(config).parameters()). */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'model_type': 'llama'} | 6607343616",
        "{'model_type': 'mistral'} | 7110660096",
        "{'model_type': 'llama', 'hidden_size': 576, 'intermediate_size': 1536, 'num_hidden_layers': 30,"
            + " 'num_attention_heads': 9, 'num_key_value_heads': 3, 'vocab_size': 49152} | 134515008",
        "{'model_type': 'llama', 'hidden_size': 64, 'intermediate_size': 96, 'num_hidden_layers': 2, 'head_dim': 32,"
            + " 'num_attention_heads': 4, 'num_key_value_heads': 2, 'attention_bias': true,"
            + " 'mlp_bias': true} | 2135488"})
    void parametersAreCountedAsTransformersDoes(String json, long expected) throws IOException {
        assertThat(read(json.replace('\'', '"')).frozenParameters()).isEqualTo(expected);
    }

    @Test
    void everyLinearMapOfALayerCanCarryAnAdapter() throws IOException {
        List<TargetModule> modules = llama("'hidden_size': 24, 'intermediate_size': 40, 'num_attention_heads': 4,"
            + "'num_key_value_heads': 2, 'head_dim': 8, 'num_hidden_layers': 1").targetModules();
        assertThat(modules).containsExactly(
            new TargetModule("layers.0.self_attn.q_proj", 24, 32),
            new TargetModule("layers.0.self_attn.k_proj", 24, 16),
            new TargetModule("layers.0.self_attn.v_proj", 24, 16),
            new TargetModule("layers.0.self_attn.o_proj", 32, 24),
            new TargetModule("layers.0.mlp.gate_proj", 24, 40),
            new TargetModule("layers.0.mlp.up_proj", 24, 40),
            new TargetModule("layers.0.mlp.down_proj", 40, 24));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'pad_token_id': 5, 'eos_token_id': 2 | 5", "'pad_token_id': null, 'eos_token_id': [7, 8] | 7",
        "'eos_token_id': 2 | 2", "'pad_token_id': -1 | 0", "'pad_token_id': 100 | 0", "'pad_token_id': null | 0"})
    void thePadIdHasARowInTheTokenTable(String keys, int expected) throws IOException {
        assertThat(llama("'vocab_size': 100, " + keys).padId()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'model_type': 'mistral' | 4096", "'model_type': 'mistral', 'sliding_window': null | 131072",
        "'model_type': 'mistral', 'sliding_window': 512 | 512",
        "'model_type': 'mistral', 'sliding_window': 512, 'max_position_embeddings': 256 | 256",
        "'model_type': 'llama', 'sliding_window': 512 | 2048"})
    void aSlidingWindowBoundsTheLength(String keys, int expected) throws IOException {
        assertThat(read(("{" + keys + "}").replace('\'', '"')).maxPositions()).isEqualTo(expected);
    }

    @Test
    void aRowLongerThanTheWindowIsRefused() {
        GoldenCase golden = new GoldenCase(GoldenCase.ROOT.resolve("decoder/mistral"));
        try (Decoder decoder =
            Decoders.load(golden.folder(), Decoders.read(golden.folder()), Precision.FP32, Device.cpu());
            NDManager scope = decoder.manager().newSubManager()) {
            TokenBatch batch = TokenBatch.of(scope, new int[65], new int[] {65}, 65, true);
            assertThatThrownBy(() -> decoder.encode(scope, batch, null))
                .isInstanceOf(LoraException.class).hasMessageContaining("65 tokens").hasMessageContaining("takes 64");
        }
    }

    @Test
    void thereIsNoModelDropout() throws IOException {
        LlamaConfig config = llama("'attention_dropout': 0.1");
        assertThat(config.withDropout(0)).isEqualTo(config);
        assertThatThrownBy(() -> config.withDropout(0.1)).isInstanceOf(LoraException.class)
            .hasMessageContaining("training.model_dropout").hasMessageContaining("llama");
    }

    @Test
    void activationsGrowWithTheirTypeAndNotWithDropout() throws IOException {
        LlamaConfig config = llama("");
        LoraConfig plain = new LoraConfig(8, 8, 0, List.of("q_proj"));
        long full = config.activationBytesPerToken(Precision.FP32, plain);
        assertThat(full).isBetween(32L * 4 * (6 * 4096 + 2 * 11008), 32L * 4 * (7 * 4096 + 2 * 11008));
        assertThat(config.activationBytesPerToken(Precision.BF16, plain)).isBetween(full / 2, full);
        assertThat(config.activationBytesPerToken(Precision.FP32, new LoraConfig(8, 8, 0.1, List.of("q_proj"))))
            .isEqualTo(full);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'rope_scaling': {'type': 'dynamic', 'factor': 2} | rope_scaling.rope_type: 'dynamic'",
        "'rope_parameters': {'rope_type': 'yarn', 'factor': 2} | rope_parameters.rope_type: 'yarn'",
        "'rope_scaling': {'rope_type': 'longrope'} | 'longrope' is not supported; default, linear and llama3 are",
        "'rope_scaling': {'type': 'linear'} | rope_scaling.factor: expected a positive number",
        "'rope_scaling': 2 | rope_scaling: expected an object",
        "'rope_theta': 0 | rope_theta: expected a positive number",
        "'rope_parameters': {'rope_type': 'default', 'partial_rotary_factor': 0.5} | partial_rotary_factor",
        "'rope_scaling': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 4, 'high_freq_factor': 4} "
            + "| rope_scaling.high_freq_factor: expected more than low_freq_factor 4.0",
        "'hidden_act': 'gelu' | hidden_act: 'gelu' is not supported; silu is",
        "'num_key_value_heads': 5 | num_key_value_heads: num_attention_heads 32 is not a multiple of it: 5",
        "'head_dim': 5 | head_dim",
        "'head_dim': 65536, 'num_attention_heads': 65536 | num_attention_heads: expected at most 16384, found 65536",
        "'head_dim': 65536 | head_dim",
        "'num_hidden_layers': 2147483647 | num_hidden_layers: expected at most 1024, found 2147483647",
        "'hidden_size': 100 | num_attention_heads: hidden_size 100 is not a multiple of it: 32",
        "'quantization_config': {'bits': 4} | quantization_config: quantised weights are not supported"})
    void whatIsNotSupportedIsRefusedByName(String keys, String message) {
        assertThatThrownBy(() -> llama(keys))
            .isInstanceOf(LoraException.class).hasMessageContaining("config.json: ").hasMessageContaining(message);
    }

    @Test
    void anUnknownFamilyIsRefusedWithTheSupportedOnes() {
        assertThatThrownBy(() -> read("{\"model_type\": \"gpt2\"}")).isInstanceOf(LoraException.class)
            .hasMessageContaining("model_type: 'gpt2' is not supported; supported are llama, mistral, opt");
    }

    private LlamaConfig llama(String keys) throws IOException {
        return read(("{'model_type': 'llama'" + (keys.isEmpty() ? "" : ", ") + keys + "}").replace('\'', '"'));
    }

    private LlamaConfig read(String json) throws IOException {
        Files.writeString(folder.resolve("config.json"), json);
        return (LlamaConfig) Decoders.read(folder);
    }
}
