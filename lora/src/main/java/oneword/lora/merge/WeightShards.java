package oneword.lora.merge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import oneword.lora.LoraException;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;

/**
 * Writes weights as transformers does: {@code model.safetensors}, or where they are larger than a limit
 * {@code model-00001-of-0000N.safetensors} and {@code model.safetensors.index.json} ({"metadata": {"total_size": bytes
 * of all tensors}, "weight_map": {tensor: file}}).
 */
final class WeightShards {

    private static final Map<String, String> METADATA = Map.of("format", "pt");

    private WeightShards() {}

    /**
     * Writes the files; tensors fill one shard after the other in the order given.
     *
     * @return how many weight files there are
     */
    static int write(Path folder, List<TensorData> tensors, long maxShardBytes) {
        List<List<TensorData>> shards = split(tensors, maxShardBytes);
        if (shards.size() == 1) {
            SafetensorsWriter.write(folder.resolve("model.safetensors"), METADATA, tensors);
            return 1;
        }
        Map<String, String> fileOf = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String file = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            shards.get(i).forEach(tensor -> fileOf.put(tensor.name(), file));
            SafetensorsWriter.write(folder.resolve(file), METADATA, shards.get(i));
        }
        writeIndex(folder.resolve("model.safetensors.index.json"), fileOf,
            tensors.stream().mapToLong(TensorData::length).sum());
        return shards.size();
    }

    private static List<List<TensorData>> split(List<TensorData> tensors, long maxShardBytes) {
        List<List<TensorData>> shards = new ArrayList<>(List.of(new ArrayList<>()));
        long bytes = 0;
        for (TensorData tensor : tensors) {
            List<TensorData> last = shards.get(shards.size() - 1);
            if (!last.isEmpty() && bytes + tensor.length() > maxShardBytes) {
                last = new ArrayList<>();
                shards.add(last);
                bytes = 0;
            }
            last.add(tensor);
            bytes += tensor.length();
        }
        return shards;
    }

    private static void writeIndex(Path file, Map<String, String> fileOf, long bytes) {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode index = mapper.createObjectNode();
        index.putObject("metadata").put("total_size", bytes);
        ObjectNode map = index.putObject("weight_map");
        fileOf.forEach(map::put);
        try {
            Files.write(file, mapper.writeValueAsBytes(index));
        } catch (IOException e) {
            throw new LoraException(file + ": cannot be written (" + e + ")", e);
        }
    }
}
