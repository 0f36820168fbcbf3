package oneword.trainer.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;

/** Writes a {@link RunConfig} as YAML. */
public final class ConfigWriter {

    private ConfigWriter() {}

    /**
     * Writes every key with its value, defaults and unset ones ({@code null}) included. {@link ConfigReader} makes an
     * equal configuration of the text.
     *
     * @param config what to write
     * @return YAML, one section per record
     */
    public static String toYaml(RunConfig config) {
        try {
            return ConfigTree.YAML.writeValueAsString(ConfigTree.of(config));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
