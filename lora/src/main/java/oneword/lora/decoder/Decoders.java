package oneword.lora.decoder;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import oneword.lora.checkpoint.WeightFolder;
import oneword.lora.checkpoint.WeightSource;

/** Opens model folders: the one place where families are registered by {@code model_type}. */
public final class Decoders {

    private static final Family<OptConfig> OPT = new Family<>(OptConfig.class, OptConfig::read, OptDecoder::load);
    private static final Family<LlamaConfig> LLAMA =
        new Family<>(LlamaConfig.class, LlamaConfig::read, LlamaDecoder::load);

    private static final Map<String, Family<?>> FAMILIES =
        new TreeMap<>(Map.of("opt", OPT, "llama", LLAMA, "mistral", LLAMA));

    private Decoders() {}

    private record Family<C extends DecoderConfig>(Class<C> type, Function<ModelConfig, C> reader, Loader<C> loader) {

        Decoder load(DecoderConfig config, WeightSource source, Precision precision, Device device) {
            return loader.load(type.cast(config), source, precision, device);
        }
    }

    @FunctionalInterface
    private interface Loader<C extends DecoderConfig> {
        Decoder load(C config, WeightSource source, Precision precision, Device device);
    }

    /**
     * Reads a model's configuration; no weight is touched.
     *
     * @param folder Hugging Face folder with a config.json
     * @throws oneword.lora.LoraException where the configuration is damaged or of a model that is not supported
     */
    public static DecoderConfig read(Path folder) {
        ModelConfig json = ModelConfig.read(folder);
        String type = json.text("model_type", "");
        Family<?> family = FAMILIES.get(type);
        if (family == null) {
            throw json.error("model_type", "'" + type + "' is not supported; supported are "
                + String.join(", ", FAMILIES.keySet()));
        }
        return family.reader().apply(json);
    }

    /**
     * Loads a model for training or embedding.
     *
     * @param folder Hugging Face folder: config.json and weights
     * @param config what {@link #read} gave for it, perhaps with another dropout
     * @param precision compute type of the frozen weights
     * @param device where it runs
     * @throws oneword.lora.LoraException where the weights cannot be used
     */
    public static Decoder load(Path folder, DecoderConfig config, Precision precision, Device device) {
        Family<?> family = FAMILIES.values().stream()
            .filter(candidate -> candidate.type().isInstance(config))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("No family reads a " + config.getClass().getName()));
        try (WeightSource source = WeightFolder.open(folder)) {
            return family.load(config, source, precision, device);
        }
    }
}
