package oneword.lora.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import oneword.lora.LoraException;

/**
 * PEFT's {@code adapter_config.json} (peft.LoraConfig).
 *
 * <p>Read: {@code r}, {@code lora_alpha}, {@code use_rslora}. Variants that would change the
 * vectors and are not computed here are refused by name.
 */
final class PeftConfig {

    /** Name of the file. */
    static final String FILE = "adapter_config.json";

    private static final List<String> REFUSED_FLAGS = List.of("use_dora", "fan_in_fan_out", "lora_bias", "use_qalora");
    private static final List<String> REFUSED_VALUES = List.of(
        "alpha_pattern", "rank_pattern", "modules_to_save", "layers_to_transform", "layer_replication",
        "exclude_modules", "trainable_token_indices", "target_parameters", "megatron_config");

    private static final int MOST_RANK = 1 << 20;
    private static final double MOST_ALPHA = 1e9;

    private PeftConfig() {}

    /** Writes the configuration of an adapter over OPTForCausalLM and its like. */
    static byte[] write(LoraConfig config, String baseModel) {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode json = mapper.createObjectNode();
        json.putObject("alpha_pattern");
        json.putNull("auto_mapping");
        json.put("base_model_name_or_path", baseModel);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        json.putNull("layers_pattern");
        json.putNull("layers_to_transform");
        if (config.alpha() == Math.rint(config.alpha())) {
            json.put("lora_alpha", (long) config.alpha());
        } else {
            json.put("lora_alpha", config.alpha());
        }
        json.put("lora_dropout", config.dropout());
        json.putNull("modules_to_save");
        json.put("peft_type", "LORA");
        json.put("r", config.rank());
        json.putObject("rank_pattern");
        json.putNull("revision");
        config.targets().stream().sorted().forEach(json.putArray("target_modules")::add);
        json.put("task_type", "CAUSAL_LM");
        json.put("use_dora", false);
        json.put("use_rslora", false);
        try {
            return mapper.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a configuration; its targets come from the weights, which say what is really there.
     *
     * @param folder PEFT adapter folder
     * @param dropout of the adapter while training
     * @param targets names of the adapted linear maps
     */
    static LoraConfig read(Path folder, double dropout, List<String> targets) {
        Path file = folder.resolve(FILE);
        JsonNode json = parse(file);
        if (!"LORA".equals(json.path("peft_type").asText())) {
            throw new LoraException(file + ": peft_type: '" + json.path("peft_type").asText()
                + "' is not supported; LORA is");
        }
        for (String flag : REFUSED_FLAGS) {
            if (json.path(flag).asBoolean(false)) {
                throw new LoraException(file + ": " + flag + ": adapters with it are not supported");
            }
        }
        for (String key : REFUSED_VALUES) {
            JsonNode value = json.get(key);
            if (value != null && !value.isNull() && !(value.isContainerNode() && value.isEmpty())) {
                throw new LoraException(file + ": " + key + ": adapters with it are not supported, found " + value);
            }
        }
        if (!json.path("bias").asText("none").equals("none")) {
            throw new LoraException(file + ": bias: only 'none' is supported, found " + json.get("bias"));
        }
        double rank = number(file, json, "r", 1, MOST_RANK);
        if (rank != Math.rint(rank)) {
            throw new LoraException(file + ": r: expected a whole number, found " + rank);
        }
        double alpha = number(file, json, "lora_alpha", 0, MOST_ALPHA);
        // rsLoRA scales by alpha / sqrt(r) (arXiv 2312.03732): the same as this alpha over r.
        double plainAlpha = json.path("use_rslora").asBoolean(false) ? alpha * Math.sqrt(rank) : alpha;
        return new LoraConfig((int) rank, plainAlpha, dropout, targets);
    }

    static String baseModel(Path folder) {
        Path file = folder.resolve(FILE);
        JsonNode name = parse(file).get("base_model_name_or_path");
        if (name == null || !name.isTextual() || name.textValue().isBlank()) {
            throw new LoraException(file + ": base_model_name_or_path: names no model; give the model itself");
        }
        return name.textValue();
    }

    private static JsonNode parse(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new LoraException(file + ": no such file. An adapter is a folder that holds " + FILE + " and "
                + PeftFiles.WEIGHTS + ".");
        }
        try {
            if (Files.size(file) > 16 << 20) {
                throw new LoraException(file + ": larger than 16 MiB, which no adapter_config.json is");
            }
            return new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new LoraException(file + ": is not valid JSON at line " + e.getLocation().getLineNr() + ": "
                + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new LoraException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static double number(Path file, JsonNode json, String key, double least, double most) {
        JsonNode value = json.get(key);
        if (value == null || !value.isNumber() || !(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw new LoraException(
                file + ": " + key + ": expected a number from " + least + " to " + most + ", found " + value);
        }
        return value.doubleValue();
    }
}
