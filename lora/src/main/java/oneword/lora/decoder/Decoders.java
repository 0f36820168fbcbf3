package oneword.lora.decoder;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.OptionalDouble;
import oneword.lora.checkpoint.WeightFolder;
import oneword.lora.checkpoint.WeightSource;

/** Opens model folders: the one place where families are registered by {@code model_type}. */
public final class Decoders {

    private Decoders() {}

    /**
     * Loads a model for training or embedding.
     *
     * @param folder Hugging Face folder: config.json and weights
     * @param precision compute type of the frozen weights
     * @param device where it runs
     * @param modelDropout replaces the configuration's {@code dropout}; empty keeps it
     * @throws oneword.lora.LoraException where the folder, its configuration or its weights cannot be used
     */
    public static Decoder load(Path folder, Precision precision, Device device, OptionalDouble modelDropout) {
        ModelConfig json = ModelConfig.read(folder);
        String type = json.text("model_type", "");
        if (!type.equals("opt")) {
            throw json.error("model_type", "'" + type + "' is not supported; opt is");
        }
        OptConfig read = OptConfig.read(json);
        OptConfig config = modelDropout.isPresent() ? read.withDropout(modelDropout.getAsDouble()) : read;
        try (WeightSource source = WeightFolder.open(folder)) {
            return OptDecoder.load(config, source, precision, device);
        }
    }
}
