package oneword.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigWriterTest {

    private static RunConfig again(RunConfig config) {
        return ConfigReader.fromString(ConfigWriter.toYaml(config), "written", List.of());
    }

    @Test
    void whatIsWrittenReadsBackEqual() {
        assertThat(again(SampleConfig.EXPECTED)).isEqualTo(SampleConfig.EXPECTED);
    }

    @Test
    void defaultsAndUnsetValuesReadBackEqual() {
        RunConfig defaults = ConfigReaderTest.read("data: {train: t.csv}");
        assertThat(again(defaults)).isEqualTo(defaults);
        assertThat(ConfigWriter.toYaml(defaults)).contains("model_dropout: null").contains("max_steps: 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "~", "on", "1e3", "a: b # c", "'\"\\", " spaced ", "ü\u2028\t\u0001", "*x", "{y",
        "two\nlines\n", "😀"})
    void textsThatYamlCouldMistakeReadBackEqual(String text) {
        RunConfig sample = SampleConfig.EXPECTED;
        RunConfig odd = new RunConfig(sample.model(), sample.prompt(), sample.lora(),
                new RunConfig.Data(text, List.of(), 0, true, new RunConfig.Columns(text, text, text)), sample.loss(),
                sample.training(), sample.evaluation(), sample.checkpoint(), sample.run());
        assertThat(again(odd)).isEqualTo(odd);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 1.0 / 3, Double.MIN_VALUE, Double.MAX_VALUE, 5e-4, 123456789.123456789})
    void numbersReadBackToTheLastBit(double number) {
        RunConfig sample = SampleConfig.EXPECTED;
        RunConfig precise = new RunConfig(sample.model(), sample.prompt(), sample.lora(), sample.data(),
                new RunConfig.Loss(number, -number), sample.training(), sample.evaluation(), sample.checkpoint(),
                sample.run());
        assertThat(again(precise)).isEqualTo(precise);
    }
}
