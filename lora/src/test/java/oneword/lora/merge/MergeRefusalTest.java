package oneword.lora.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import oneword.lora.LoraException;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What does not fit is refused by name, and nothing is left behind. */
class MergeRefusalTest {

    @TempDir
    private Path folder;
    private Path base;
    private Path adapter;
    private Path output;

    @BeforeEach
    void oneLinearMap() throws IOException {
        base = TinyModel.base(folder.resolve("base"), DType.F16, new short[2], 1, 2);
        adapter = TinyModel.adapter(folder.resolve("adapter"), "model.fc1", new float[1], new float[2], 1);
        output = folder.resolve("new/merged");
    }

    @Test
    void aModuleThatTheBaseLacks() throws IOException {
        TinyModel.adapter(adapter, "model.fc7", new float[1], new float[2], 1);

        refused("model.fc7", "the base model " + base + " has no such weight", "another base model?");
    }

    @Test
    void aShapeThatTheBaseDoesNotHave() throws IOException {
        TinyModel.adapter(adapter, "model.fc1", new float[3], new float[2], 1);

        refused("fc1.weight: shape [1, 2]", "made for [3, 2]");
    }

    @Test
    void aNumberThatTheStoredTypeCannotHold() throws IOException {
        TinyModel.adapter(adapter, "model.fc1", new float[] {70_000}, new float[] {1, 0}, 1);

        refused("fc1.weight", "not finite in F16", "fp32");
    }

    @Test
    void weightsThatAreNotFloats() throws IOException {
        SafetensorsWriter.write(base.resolve("model.safetensors"), Map.of(), List.of(
            TensorData.of("fc1.weight", DType.I16, new long[] {1, 2}, () -> TinyModel.floats(1))));

        refused("fc1.weight", "type I16");
    }

    @Test
    void aTiedHead() throws IOException {
        SafetensorsWriter.write(base.resolve("model.safetensors"), Map.of(), List.of(
            TensorData.of("lm_head.weight", DType.F32, new long[] {1, 1}, () -> TinyModel.floats(1))));
        TinyModel.adapter(adapter, "lm_head", new float[1], new float[1], 1);

        refused("lm_head", "ties the head");
        Files.writeString(base.resolve("config.json"), "{\"model_type\": \"llama\"}");
        assertThat(new ModelMerge(base, adapter, Storage.BASE).check()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"rank_pattern\" : { }   | \"rank_pattern\" : {\"fc1\": 2}  | rank_pattern",
        "\"alpha_pattern\" : { }  | \"alpha_pattern\" : {\"fc1\": 2} | alpha_pattern",
        "\"use_dora\" : false     | \"use_dora\" : true              | use_dora",
        "\"peft_type\" : \"LORA\" | \"peft_type\" : \"LOHA\"         | LOHA",
        "\"r\" : 1                | \"r\" : 4                        | r in adapter_config.json is 4"})
    void anAdapterOfAKindThatIsNotComputed(String before, String after, String named) throws IOException {
        Path config = adapter.resolve(PeftFiles.CONFIG);
        String text = Files.readString(config);
        assertThat(text).contains(before);
        Files.writeString(config, text.replace(before, after));

        refused(named);
    }

    @Test
    void aTensorThatIsNoMatrixOfAnAdapter() {
        SafetensorsWriter.write(adapter.resolve(PeftFiles.WEIGHTS), Map.of(), List.of(
            TensorData.of("base_model.model.fc1.lora_magnitude", DType.F32, new long[] {1},
                () -> TinyModel.floats(1))));

        refused("base_model.model.fc1.lora_magnitude");
    }

    @Test
    void aMatrixWithoutItsPartner() {
        SafetensorsWriter.write(adapter.resolve(PeftFiles.WEIGHTS), Map.of(), List.of(
            TensorData.of("base_model.model.fc1.lora_A.weight", DType.F32, new long[] {1, 1},
                () -> TinyModel.floats(1))));

        refused("lora_A without lora_B");
    }

    @Test
    void anOutputThatHoldsSomething() throws IOException {
        Files.createDirectories(output);
        Files.writeString(output.resolve("precious"), "mine");

        assertThatThrownBy(this::merge).isInstanceOf(LoraException.class)
            .hasMessageContaining(output.toString()).hasMessageContaining("is not empty");

        assertThat(output).isDirectoryContaining(file -> file.endsWith("precious"));
        assertThat(output.getParent()).isDirectoryNotContaining("glob:**.unfinished*");
    }

    @Test
    void anOutputThatIsAFile() throws IOException {
        Files.createDirectories(output.getParent());
        Files.writeString(output, "mine");

        assertThatThrownBy(this::merge).isInstanceOf(LoraException.class).hasMessageContaining("is a file");
    }

    @Test
    void whereasAnEmptyOutputIsTaken() throws IOException {
        Files.createDirectories(output);

        merge();

        assertThat(output.resolve("model.safetensors")).exists();
        assertThat(output.getParent()).isDirectoryNotContaining("glob:**.unfinished*");
    }

    private void merge() {
        new ModelMerge(base, adapter, Storage.BASE).write(output);
    }

    private void refused(String... named) {
        assertThatThrownBy(this::merge).isInstanceOf(LoraException.class)
            .satisfies(problem -> assertThat(problem.getMessage()).contains(named));
        assertThat(output).doesNotExist();
        assertThat(output.getParent()).isEmptyDirectory();
    }
}
