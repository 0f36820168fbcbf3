package oneword.lora.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.adapter.TargetModule;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsFile;
import oneword.lora.checkpoint.WeightFolder;
import oneword.lora.checkpoint.WeightSource;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A merged model gives the vectors of base and adapter, keeps everything else, and rounds once. */
class ModelMergeTest {

    @TempDir
    private Path folder;

    static Stream<String> adaptersByPeft() {
        return Stream.of("pre-norm", "post-norm-projected", "query-value", "bare-names", "llama", "llama-bare-names",
            "mistral-query-value");
    }

    @ParameterizedTest
    @MethodSource("adaptersByPeft")
    void mergedVectorsEqualThoseOfPeft(String name) throws IOException {
        Path adapter = TinyModel.GOLDEN.resolve("lora").resolve(name);
        Path base = TinyModel.GOLDEN.resolve(
            TinyModel.json(adapter.resolve("adapter_config.json")).get("base_model_name_or_path").asText());
        Path output = folder.resolve("merged");

        MergedModel merged = new ModelMerge(base, adapter, Storage.BASE).write(output);

        assertThat(merged.folder()).isEqualTo(output);
        try (SafetensorsFile expected = SafetensorsFile.open(adapter.resolve("expected.safetensors"));
            Decoder decoder = load(output)) {
            float[] vectors = new float[Math.toIntExact(expected.info("adapted").elements())];
            expected.map("adapted").asFloatBuffer().get(vectors);
            assertClose(TinyModel.embed(decoder, TinyModel.sentences(adapter)), vectors, 1e-5f);
        }
    }

    @ParameterizedTest
    @CsvSource({"fp16-file, FP32, 1e-5", "bf16-file, FP32, 1e-5", "untied, BASE, 1e-5", "bare-names, BASE, 1e-5",
        "fp16-file, BASE, 2e-2", "bf16-file, BASE, 2e-1", "llama-llama3, BASE, 1e-5", "llama-bias, BASE, 1e-5",
        "mistral-bare-names, BASE, 1e-5", "llama-bf16-file, FP32, 1e-5"})
    void mergedVectorsEqualThoseOfBaseAndAdapter(String name, Storage storage, float bound) throws IOException {
        Path base = TinyModel.GOLDEN.resolve("decoder").resolve(name);
        List<int[]> sentences = List.of(new int[] {2, 9, 4, 17}, new int[] {2, 33}, new int[] {2, 5, 5, 6, 7, 8, 9});
        Path adapter = folder.resolve("adapter");
        float[] expected = randomAdapter(base, adapter, sentences);

        new ModelMerge(base, adapter, storage).write(folder.resolve("merged"));

        try (Decoder plain = load(base); Decoder decoder = load(folder.resolve("merged"))) {
            assertClose(TinyModel.embed(decoder, sentences), expected, bound);
            assertThat(Math.abs(TinyModel.embed(plain, sentences)[0] - expected[0])).isGreaterThan(1e-3f);
        }
    }

    @ParameterizedTest
    @CsvSource({"untied, 12, true", "llama-bias, 14, true", "llama-llama3, 14, false"})
    void everythingThatIsNotAdaptedIsCopiedBitByBit(String name, int modules, boolean head) throws IOException {
        Path base = TinyModel.GOLDEN.resolve("decoder").resolve(name);
        Path adapter = folder.resolve("adapter");
        randomAdapter(base, adapter, List.of());

        MergedModel merged = new ModelMerge(base, adapter, Storage.BASE).write(folder.resolve("merged"));

        assertThat(merged.modules()).isEqualTo(modules);
        assertThat(folder.resolve("merged/config.json")).hasSameBinaryContentAs(base.resolve("config.json"));
        try (WeightSource before = WeightFolder.open(base);
            WeightSource after = WeightFolder.open(folder.resolve("merged"))) {
            assertThat(after.names()).isEqualTo(before.names());
            assertThat(after.names().contains("lm_head.weight")).isEqualTo(head);
            for (String tensor : before.names()) {
                assertThat(after.info(tensor).dtype()).isEqualTo(before.info(tensor).dtype());
                assertThat(after.map(tensor).equals(before.map(tensor))).as(tensor)
                    .isEqualTo(!tensor.contains(".layers.") || tensor.contains("norm") || tensor.endsWith("bias"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"BF16, 0x3f80, 0.00390625, 0x3f80", "BF16, 0x3f81, 0.00390625, 0x3f82", "BF16, 0x3f80, 0.005, 0x3f81",
        "F16, 0x3c00, 0.00048828125, 0x3c00", "F16, 0x3c01, 0.00048828125, 0x3c02", "F16, 0x3c00, 0.0006, 0x3c01"})
    void halvesAreRoundedToNearestAndTiesToEven(DType type, String base, float added, String expected)
        throws IOException {
        Path model = TinyModel.base(folder.resolve("base"), type, new short[] {bits(base), 0}, 1, 2);
        Path adapter = TinyModel.adapter(
            folder.resolve("adapter"), "fc1", new float[] {added}, new float[] {1, 0}, 1);

        new ModelMerge(model, adapter, Storage.BASE).write(folder.resolve("merged"));

        try (WeightSource merged = WeightFolder.open(folder.resolve("merged"))) {
            assertThat(merged.info("fc1.weight").dtype()).isEqualTo(type);
            assertThat(merged.map("fc1.weight").getShort(0)).isEqualTo(bits(expected));
            assertThat(merged.map("fc1.weight").getShort(2)).isZero();
        }
    }

    @Test
    void fp32StorageRoundsNothingAndSaysSo() throws IOException {
        Path model = TinyModel.base(folder.resolve("base"), DType.F16, new short[] {bits("0x3c00"), 0}, 2, 1);
        Path adapter = TinyModel.adapter(
            folder.resolve("adapter"), "fc1", new float[] {0.5f, 3}, new float[] {0.001f}, 2);

        new ModelMerge(model, adapter, Storage.FP32).write(folder.resolve("merged"));

        try (WeightSource merged = WeightFolder.open(folder.resolve("merged"))) {
            assertThat(merged.info("fc1.weight").dtype()).isEqualTo(DType.F32);
            assertThat(merged.map("fc1.weight").getFloat(0)).isCloseTo(1.001f, within(1e-7f));
            assertThat(merged.map("fc1.weight").getFloat(4)).isCloseTo(0.006f, within(1e-9f));
        }
        assertThat(TinyModel.json(folder.resolve("merged/config.json")).toString())
            .isEqualTo("{\"dtype\":\"float32\",\"other\":1.0}");
    }

    @Test
    void rowsBeyondOnePieceAreMergedInTheirPlace() throws IOException {
        int rows = 9000;
        int columns = 2048;
        float[] b = new float[rows];
        for (int i = 0; i < rows; i++) {
            b[i] = i % 1024;
        }
        float[] a = new float[columns];
        a[columns - 1] = 1;
        Path model = TinyModel.base(folder.resolve("base"), DType.F16, new short[rows * columns], rows, columns);
        Path adapter = TinyModel.adapter(folder.resolve("adapter"), "fc1", b, a, 1);

        new ModelMerge(model, adapter, Storage.BASE).write(folder.resolve("merged"));

        try (SafetensorsFile merged = SafetensorsFile.open(folder.resolve("merged/model.safetensors"))) {
            for (int row : new int[] {0, 1, 8191, 8192, 8193, rows - 1}) {
                int last = 2 * (row * columns + columns - 1);
                assertThat(half(merged.map("fc1.weight").getShort(last))).as("row %d", row).isEqualTo(b[row]);
                assertThat(merged.map("fc1.weight").getShort(last - 2)).isZero();
            }
        }
    }

    @Test
    void beyondTheLimitWeightsAreInShardsWithAnIndex() throws IOException {
        Path base = TinyModel.GOLDEN.resolve("decoder/pre-norm");
        Path adapter = TinyModel.GOLDEN.resolve("lora/pre-norm");
        MergedModel whole = new ModelMerge(base, adapter, Storage.BASE).write(folder.resolve("whole"));
        Path output = folder.resolve("shards");

        MergedModel merged = new ModelMerge(base, adapter, Storage.BASE, 40_000).write(output);

        assertThat(whole.shards()).isEqualTo(1);
        assertThat(merged.shards()).isGreaterThan(2);
        assertThat(TinyModel.json(output.resolve("model.safetensors.index.json")).at("/metadata/total_size").asLong())
            .isEqualTo(merged.bytes()).isEqualTo(whole.bytes());
        for (int i = 1; i <= merged.shards(); i++) {
            assertThat(output.resolve(String.format("model-%05d-of-%05d.safetensors", i, merged.shards()))).exists();
        }
        try (WeightSource one = WeightFolder.open(folder.resolve("whole")); WeightSource many =
            WeightFolder.open(output)) {
            assertThat(many.names()).containsExactlyInAnyOrderElementsOf(one.names());
            one.names().forEach(name -> assertThat(many.map(name)).as(name).isEqualTo(one.map(name)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "vocab.json", "merges.txt", "generation_config.json", "LICENSE"})
    void theFilesBesideTheWeightsAreCopied(String name) throws IOException {
        Path model = TinyModel.base(folder.resolve("base"), DType.F16, new short[2], 1, 2);
        Path adapter = TinyModel.adapter(folder.resolve("adapter"), "fc1", new float[1], new float[2], 1);
        Files.writeString(model.resolve(name), "content of " + name);
        Files.writeString(model.resolve("pytorch_model.bin"), "not this");

        new ModelMerge(model, adapter, Storage.BASE).write(folder.resolve("merged"));

        assertThat(folder.resolve("merged").resolve(name)).hasContent("content of " + name);
        assertThat(folder.resolve("merged/pytorch_model.bin")).doesNotExist();
    }

    /** Puts a random adapter on a base, writes it and gives the vectors with it. */
    private float[] randomAdapter(Path base, Path adapter, List<int[]> sentences) throws IOException {
        List<String> targets =
            Decoders.read(base).targetModules().stream().map(TargetModule::name).distinct().toList();
        LoraConfig config = new LoraConfig(4, 8, 0, targets);
        Files.createDirectories(adapter);
        try (Decoder decoder = load(base); FileChannel out = FileChannel.open(
            adapter.resolve(PeftFiles.WEIGHTS), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Random random = new Random(3);
            decoder.addAdapter(config, 5).parameters().stream()
                .filter(parameter -> parameter.getName().contains("lora_B"))
                .forEach(parameter -> {
                    float[] values = new float[Math.toIntExact(parameter.getShape().size())];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (0.2 * random.nextGaussian());
                    }
                    parameter.getArray().set(values);
                });
            decoder.writeAdapter(out);
            Files.write(adapter.resolve(PeftFiles.CONFIG), PeftFiles.config(config, base.toString()));
            return TinyModel.embed(decoder, sentences);
        }
    }

    private static Decoder load(Path model) {
        return Decoders.load(model, Decoders.read(model), Precision.FP32, Device.cpu());
    }

    private static void assertClose(float[] actual, float[] expected, float bound) {
        float scale = 1;
        for (float value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        assertThat(actual).hasSameSizeAs(expected).containsExactly(expected, within(bound * scale));
    }

    private static short bits(String hexadecimal) {
        return (short) (int) Integer.decode(hexadecimal);
    }

    /** A normal or zero half, by the format's definition. */
    private static float half(short bits) {
        return bits == 0 ? 0 : Math.scalb(1024 + (bits & 0x3ff), (bits >> 10) - 25);
    }
}
