package oneword.trainer.export;

import java.util.Arrays;
import java.util.Optional;

/** The forms of an export. */
public enum ExportFormat {
    /** The adapter alone, as PEFT loads it over the causal language model. */
    PEFT("peft"),
    /** The adapter in the base model's weights: a Hugging Face folder. */
    MERGED("merged"),
    /** Merged, with prompt, pooling and normalisation: plain sentences in, vectors out. */
    SENTENCE_TRANSFORMERS("sentence-transformers");

    private final String key;

    ExportFormat(String key) {
        this.key = key;
    }

    /** Name on the command line. */
    public String key() {
        return key;
    }

    /**
     * The format of that name.
     *
     * @param key such as {@code sentence-transformers}
     * @return the format, or nothing
     */
    public static Optional<ExportFormat> named(String key) {
        return Arrays.stream(values()).filter(format -> format.key.equals(key)).findFirst();
    }

    @Override
    public String toString() {
        return key;
    }
}
