package oneword.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import oneword.lora.LoraException;
import oneword.lora.adapter.AdapterFile;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.checkpoint.SafetensorsFile;
import oneword.lora.checkpoint.TorchPickleFile;
import oneword.lora.checkpoint.WeightFolder;
import oneword.lora.checkpoint.WeightSource;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;

/** Weights, their index, the model's configuration, and adapters. */
class ModelFilesFuzzTest {

    private static final LoraConfig LORA = new LoraConfig(8, 16, 0.05, List.of("q_proj"));
    private static final byte[] ADAPTER_CONFIG = """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["fc1"]}""".getBytes(StandardCharsets.UTF_8);

    @FuzzTest
    void safetensors(byte[] content) {
        weights("model.safetensors", content, SafetensorsFile::open);
    }

    @FuzzTest
    void torchFile(byte[] content) {
        weights("pytorch_model.bin", content, TorchPickleFile::open);
    }

    /** The pickle alone, in an archive that is sound. */
    @FuzzTest
    void pickle(byte[] content) throws IOException {
        weights("pickle.bin", archive(content), TorchPickleFile::open);
    }

    @FuzzTest
    void shardIndex(byte[] content) {
        HostileFile.write("shards/model-00001-of-00001.safetensors",
            "\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII));
        refused("shards/model.safetensors.index.json", content, file -> WeightFolder.open(file.getParent()).close());
    }

    @FuzzTest
    void modelConfig(byte[] content) {
        refused("model/config.json", content, file -> {
            DecoderConfig config = Decoders.read(file.getParent());
            config.targetModules().forEach(module -> requirePositive(module.path(), module.inputs(), module.outputs()));
            requirePositive("width and parameters", config.outputWidth(), config.frozenParameters());
            requirePositive("activations", config.maxPositions(), config.activationBytesPerToken(Precision.BF16, LORA));
            config.drops();
        });
    }

    @FuzzTest
    void adapterConfig(byte[] content) {
        HostileFile.write("adapter/adapter_model.safetensors", adapter());
        refused("adapter/adapter_config.json", content, ModelFilesFuzzTest::openAdapter);
    }

    @FuzzTest
    void adapterWeights(byte[] content) {
        HostileFile.write("matrices/adapter_config.json", ADAPTER_CONFIG);
        refused("matrices/adapter_model.safetensors", content, ModelFilesFuzzTest::openAdapter);
    }

    private static void openAdapter(Path file) {
        try (AdapterFile adapter = AdapterFile.open(file.getParent())) {
            adapter.config().scale();
            adapter.modules().forEach(module -> requirePositive(module, 1 + adapter.inputs(module),
                1 + adapter.outputs(module)));
        }
    }

    private static void requirePositive(String what, long... numbers) {
        for (long number : numbers) {
            if (number <= 0) {
                throw new AssertionError(what + ": " + number);
            }
        }
    }

    private static void weights(String name, byte[] content, Function<Path, WeightSource> opener) {
        refused(name, content, file -> {
            try (WeightSource source = opener.apply(file)) {
                for (String tensor : source.names()) {
                    if (source.map(tensor).remaining() != source.info(tensor).length()) {
                        throw new AssertionError("the buffer of " + tensor + " is not the tensor");
                    }
                }
            }
        });
    }

    private static byte[] adapter() {
        String header = """
            {"base_model.model.model.decoder.layers.0.fc1.lora_A.weight":
              {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
             "base_model.model.model.decoder.layers.0.fc1.lora_B.weight":
              {"dtype": "F32", "shape": [1, 2], "data_offsets": [8, 16]}}""";
        return ((char) (header.length() & 0xff) + "" + (char) (header.length() >> 8) + "\0\0\0\0\0\0" + header
            + "\0".repeat(16)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] archive(byte[] pickle) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, byte[]> entry : List.of(Map.entry("archive/data.pkl", pickle),
                    Map.entry("archive/data/0", new byte[16]))) {
                CRC32 crc = new CRC32();
                crc.update(entry.getValue());
                ZipEntry header = new ZipEntry(entry.getKey());
                header.setSize(entry.getValue().length);
                header.setCrc(crc.getValue());
                zip.putNextEntry(header);
                zip.write(entry.getValue());
            }
        }
        return out.toByteArray();
    }

    private static void refused(String name, byte[] content, HostileFile.Reader reader) {
        HostileFile.isRead(name, content, LoraException.class, reader);
    }
}
