package oneword.lora.merge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import oneword.lora.LoraException;
import oneword.lora.adapter.AdapterFile;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.TensorData;
import oneword.lora.checkpoint.TensorInfo;
import oneword.lora.checkpoint.WeightFolder;
import oneword.lora.checkpoint.WeightSource;

/**
 * A base model with an adapter put into its weights, as a Hugging Face folder.
 *
 * <p>Every tensor of the base is written, an adapted one as {@code W + scale * B A}: computed in fp32 and rounded once.
 * Names, and with them tied or separate heads, are those of the base's files. Some megabytes of one tensor at a time
 * are in memory. config.json, generation_config.json, the tokenizer's files and the licence are copied; with
 * {@link Storage#FP32} config.json says {@code float32}.
 *
 * <p>An adapter's module is looked for by its name in PEFT's keys; either side may have more in front, since an adapter
 * over OPTForCausalLM says {@code model.decoder.layers.0.fc1} where the file of an OPTModel says
 * {@code decoder.layers.0.fc1.weight}.
 *
 * @param base Hugging Face folder of the base model
 * @param adapter PEFT adapter folder
 * @param storage type of the stored weights
 * @param maxShardBytes most bytes of tensors in one file, unless a single tensor is larger
 */
public record ModelMerge(Path base, Path adapter, Storage storage, long maxShardBytes) {

    /** transformers' classic limit: 5 GB. */
    public static final long SHARD_BYTES = 5_000_000_000L;

    private static final List<DType> FLOATS = List.of(DType.F64, DType.F32, DType.F16, DType.BF16);
    private static final List<String> SEPARATE_HEADS = List.of("llama", "mistral");
    private static final String CONFIG = "config.json";
    private static final List<String> COPIED = List.of("generation_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "tokenizer.model", "chat_template.jinja", "LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE");

    /** Checks the limit. */
    public ModelMerge {
        if (maxShardBytes < 1) {
            throw new IllegalArgumentException("maxShardBytes must be positive, is " + maxShardBytes);
        }
    }

    /**
     * A merge with shards of {@link #SHARD_BYTES}.
     *
     * @param base Hugging Face folder of the base model
     * @param adapter PEFT adapter folder
     * @param storage type of the stored weights
     */
    public ModelMerge(Path base, Path adapter, Storage storage) {
        this(base, adapter, storage, SHARD_BYTES);
    }

    /**
     * Looks, at headers only, whether the adapter fits the base.
     *
     * @return how many linear maps it adapts
     * @throws LoraException where a module has no tensor in the base, or one of another shape or type
     */
    public int check() {
        try (WeightSource weights = WeightFolder.open(base); AdapterFile matrices = AdapterFile.open(adapter)) {
            return places(weights, matrices).size();
        }
    }

    /**
     * Writes the folder, whole or not at all.
     *
     * @param output a folder that is empty or does not exist
     * @throws LoraException where the output has content, a file cannot be read or written, the adapter does not fit
     *     the base, or a merged number is not finite in the stored type
     */
    public MergedModel write(Path output) {
        try (NewFolder folder = NewFolder.at(output)) {
            MergedModel merged = writeInto(folder.path());
            return new MergedModel(folder.publish(), merged.modules(), merged.shards(), merged.bytes());
        }
    }

    /**
     * Writes the model's files into a folder, for whoever adds files before giving it its name.
     *
     * @param folder exists
     * @throws LoraException as in {@link #write}
     */
    public MergedModel writeInto(Path folder) {
        try (WeightSource weights = WeightFolder.open(base); AdapterFile matrices = AdapterFile.open(adapter)) {
            Map<String, String> places = places(weights, matrices);
            copyFiles(folder);
            int shards;
            List<TensorData> tensors = new ArrayList<>();
            try (TensorMerge merge = new TensorMerge(weights, matrices, storage)) {
                for (String name : weights.names()) {
                    tensors.add(merge.tensor(name, places.get(name)));
                }
                shards = WeightShards.write(folder, tensors, maxShardBytes);
            }
            return new MergedModel(
                folder, places.size(), shards, tensors.stream().mapToLong(TensorData::length).sum());
        }
    }

    /** The adapter's module by the name of the base's tensor. */
    private Map<String, String> places(WeightSource weights, AdapterFile matrices) {
        Map<String, String> places = new HashMap<>();
        for (String module : matrices.modules()) {
            String tensor = place(weights, matrices, module);
            if (places.put(tensor, module) != null) {
                throw new LoraException(matrices.file() + ": two modules, one of them " + module + ", belong to "
                    + tensor + " of " + base);
            }
            TensorInfo info = weights.info(tensor);
            long[] expected = {matrices.outputs(module), matrices.inputs(module)};
            if (!Arrays.equals(info.shape(), expected)) {
                throw new LoraException(weights.file(tensor) + ": " + tensor + ": shape "
                    + Arrays.toString(info.shape()) + ", but the adapter in " + matrices.file() + " is made for "
                    + Arrays.toString(expected) + ". Was it made for another base model?");
            }
            if (!FLOATS.contains(info.dtype())) {
                throw new LoraException(weights.file(tensor) + ": " + tensor + ": an adapter cannot be merged into "
                    + "weights of type " + info.dtype() + "; " + FLOATS + " are supported");
            }
            if (module.endsWith("lm_head") && tied()) {
                throw new LoraException(matrices.file() + ": " + module + ": " + base.resolve(CONFIG)
                    + " ties the head to the token table, so a merged head would be lost when the model is loaded");
            }
        }
        return places;
    }

    private String place(WeightSource weights, AdapterFile matrices, String module) {
        for (String rest = module; ; rest = rest.substring(rest.indexOf('.') + 1)) {
            if (weights.names().contains(rest + ".weight")) {
                return rest + ".weight";
            }
            if (rest.indexOf('.') < 0) {
                break;
            }
        }
        List<String> longer = weights.names().stream().filter(name -> name.endsWith("." + module + ".weight")).toList();
        if (longer.size() != 1) {
            throw new LoraException(matrices.file() + ": " + module + ": "
                + (longer.isEmpty() ? "the base model " + base + " has no such weight"
                    : "the base model " + base + " has several such weights, " + longer)
                + ". Was the adapter made for another base model?");
        }
        return longer.get(0);
    }

    /** Where the key is absent, transformers ties the head of most families, but of these not. */
    private boolean tied() {
        JsonNode json = config();
        boolean separate = SEPARATE_HEADS.contains(json.path("model_type").asText());
        return json.path("tie_word_embeddings").asBoolean(!separate);
    }

    private JsonNode config() {
        Path file = base.resolve(CONFIG);
        try {
            JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw new LoraException(file + ": is not a JSON object");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new LoraException(file + ": is not valid JSON at line " + e.getLocation().getLineNr() + ": "
                + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new LoraException(file + ": cannot be read (" + e + "). A model is a Hugging Face folder: "
                + "config.json, tokenizer files and weights.", e);
        }
    }

    private void copyFiles(Path folder) {
        JsonNode config = config();
        try {
            if (storage == Storage.FP32) {
                sayFloat32((ObjectNode) config);
                Files.write(folder.resolve(CONFIG),
                    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(config));
            } else {
                Files.copy(base.resolve(CONFIG), folder.resolve(CONFIG));
            }
            for (String name : COPIED) {
                if (Files.isRegularFile(base.resolve(name))) {
                    Files.copy(base.resolve(name), folder.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new LoraException(folder + ": cannot be written from " + base + " (" + e + ")", e);
        }
    }

    /** transformers calls the key {@code dtype} since version 4.56, {@code torch_dtype} before. */
    private static void sayFloat32(ObjectNode config) {
        if (config.has("torch_dtype")) {
            config.put("torch_dtype", "float32");
        }
        if (config.has("dtype") || !config.has("torch_dtype")) {
            config.put("dtype", "float32");
        }
    }
}
