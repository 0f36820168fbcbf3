package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The index of a model in shards, such as {@code model.safetensors.index.json}:
 * <pre>{@code
 * Index --> {"metadata": any, "weight_map": {Name: Shard, ...}}, no key twice; further keys are passed over
 * Shard --> the plain name of a file in the index's own folder
 * }</pre>
 * {@code metadata.total_size} is not compared with anything: libraries have counted shared tensors in different ways.
 *
 * @param file the index
 * @param shardOf the shard's file name by tensor name
 */
record ShardIndex(Path file, Map<String, String> shardOf) {
    private static final String WAY_OUT = "download or save the model again";
    private static final Pattern PLAIN_NAME = Pattern.compile("[^/\\\\:\\p{Cntrl}]+");

    static ShardIndex read(Path file) {
        byte[] json;
        try {
            long size = Files.size(file);
            if (size > StrictJson.MAX_BYTES) {
                throw new WeightFileException(file, "has " + size + " bytes, expected at most "
                        + StrictJson.MAX_BYTES, WAY_OUT);
            }
            json = Files.readAllBytes(file);
        } catch (IOException e) {
            throw MappedFile.unreadable(file, e);
        }
        Map<String, String> shardOf = new LinkedHashMap<>();
        StrictJson.read(file, "index", WAY_OUT, json, index -> {
            for (String key = index.nextKey(); key != null; key = index.nextKey()) {
                if (key.equals("weight_map")) {
                    readWeightMap(index, shardOf);
                } else {
                    index.skip();
                }
            }
        });
        if (shardOf.isEmpty()) {
            throw new WeightFileException(file, "maps no tensor to a shard, expected a weight_map", WAY_OUT);
        }
        return new ShardIndex(file, shardOf);
    }

    private static void readWeightMap(StrictJson index, Map<String, String> shardOf) throws IOException {
        index.enterObject("weight_map");
        for (String name = index.nextKey(); name != null; name = index.nextKey()) {
            String shard = index.string("the shard of " + quote(name));
            if (!PLAIN_NAME.matcher(shard).matches() || shard.equals(".") || shard.equals("..")) {
                throw index.refuse("the shard of " + quote(name)
                        + " should be the plain name of a file beside the index, found " + quote(shard));
            }
            shardOf.put(name, shard);
        }
    }

    /** The shards' file names, sorted. */
    TreeSet<String> shards() {
        return new TreeSet<>(shardOf.values());
    }

    /** The file of that name beside the index. */
    Path resolve(String shard) {
        Path path = file.resolveSibling(shard);
        if (!Files.isRegularFile(path)) {
            long tensors = shardOf.values().stream().filter(shard::equals).count();
            throw new WeightFileException(path, "this shard is missing, though " + file.getFileName()
                    + " says it holds " + tensors + " tensors", "download it into that folder");
        }
        return path;
    }
}
