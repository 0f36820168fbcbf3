package oneword.trainer.config;

/**
 * A key that has another value in a second configuration.
 *
 * @param key dotted, such as {@code training.batch_size}
 * @param before the value in the first configuration as JSON; {@code null} as text where unset
 * @param after the value in the second one
 */
public record Difference(String key, String before, String after) {

    @Override
    public String toString() {
        return key + ": " + before + " -> " + after;
    }
}
