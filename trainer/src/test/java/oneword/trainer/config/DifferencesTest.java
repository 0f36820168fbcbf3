package oneword.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DifferencesTest {

    private static final RunConfig DEFAULTS = ConfigReaderTest.read("data: {train: t.csv}");

    @Test
    void equalConfigurationsDoNotDiffer() {
        assertThat(Differences.between(SampleConfig.EXPECTED, ConfigReaderTest.read(SampleConfig.YAML))).isEmpty();
    }

    @Test
    void eachDifferingKeyIsNamedWithBothValues() {
        RunConfig changed = ConfigReaderTest.read("data: {train: t.csv, columns: {anchor: a}}",
                "training.model_dropout=0.1", "lora.targets=fc1", "training.batch_size=8");
        assertThat(Differences.between(DEFAULTS, changed)).containsExactly(
                new Difference("lora.targets", "null", "[\"fc1\"]"),
                new Difference("data.columns.anchor", "\"sent0\"", "\"a\""),
                new Difference("training.batch_size", "256", "8"),
                new Difference("training.model_dropout", "null", "0.1"));
    }

    @Test
    void everyKeyCanDiffer() {
        assertThat(Differences.between(DEFAULTS, SampleConfig.EXPECTED)).hasSize(SampleConfig.OVERRIDES.length);
    }
}
