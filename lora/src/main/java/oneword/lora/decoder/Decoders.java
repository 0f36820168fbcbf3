package oneword.lora.decoder;

import ai.djl.Device;
import java.nio.file.Path;
import oneword.lora.checkpoint.WeightFolder;
import oneword.lora.checkpoint.WeightSource;

/** Opens model folders: the one place where families are registered by {@code model_type}. */
public final class Decoders {

    private Decoders() {}

    /**
     * Reads a model's configuration; no weight is touched.
     *
     * @param folder Hugging Face folder with a config.json
     * @throws oneword.lora.LoraException where the configuration is damaged or of a model that is not supported
     */
    public static DecoderConfig read(Path folder) {
        ModelConfig json = ModelConfig.read(folder);
        String type = json.text("model_type", "");
        if (!type.equals("opt")) {
            throw json.error("model_type", "'" + type + "' is not supported; opt is");
        }
        return OptConfig.read(json);
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
        try (WeightSource source = WeightFolder.open(folder)) {
            if (config instanceof OptConfig opt) {
                return OptDecoder.load(opt, source, precision, device);
            }
            throw new IllegalArgumentException("No decoder is registered for " + config.getClass().getName());
        }
    }
}
