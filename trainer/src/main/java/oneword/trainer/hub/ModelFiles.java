package oneword.trainer.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import oneword.trainer.TrainerException;

/**
 * Which files of a repository make a model: the configuration, the tokeniser and the weights in one format. No code
 * and no weights of other frameworks, whatever else a repository holds.
 */
final class ModelFiles {

    static final String CONFIG = "config.json";
    static final String SENTENCE_PIECE = "tokenizer.model";

    private static final String INDEX_ENDING = ".index.json";
    /** In the order in which they are looked for, by transformers as by oneword. */
    private static final List<String> WEIGHTS = List.of("model.safetensors", "model.safetensors" + INDEX_ENDING,
        "pytorch_model.bin", "pytorch_model.bin" + INDEX_ENDING);
    private static final List<String> SMALL = List.of(CONFIG, "generation_config.json", "tokenizer.json",
        "tokenizer_config.json", "vocab.json", "merges.txt", "special_tokens_map.json");
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_][\\w.-]*");

    private ModelFiles() { }

    /** The configuration and tokeniser files among a repository's files. */
    static List<String> small(Collection<String> names) {
        return SMALL.stream().filter(names::contains).toList();
    }

    /** Whether a repository's files hold a tokenizer that oneword reads. */
    static boolean hasTokenizer(Collection<String> names) {
        return names.contains("tokenizer.json") || names.contains("vocab.json") && names.contains("merges.txt");
    }

    /** The weights among a repository's files: one file, or the index of several. */
    static Optional<String> weights(Collection<String> names) {
        return WEIGHTS.stream().filter(names::contains).findFirst();
    }

    /** Whether a file names shards. */
    static boolean isIndex(String name) {
        return name.endsWith(INDEX_ENDING);
    }

    /**
     * The shards of an index, {@code {"weight_map": {TENSOR: SHARD, …}}}.
     *
     * @param index an existing file
     * @return plain file names without any folder, sorted
     * @throws TrainerException where it is no index, or names something else than weights beside it
     */
    static Set<String> shards(Path index) {
        String ending = index.getFileName().toString().startsWith("model.safetensors") ? ".safetensors" : ".bin";
        Set<String> shards = new TreeSet<>();
        for (JsonNode shard : weightMap(index)) {
            String name = shard.asText();
            if (!shard.isTextual() || !SHARD.matcher(name).matches() || !name.endsWith(ending)) {
                throw new TrainerException(index + ": weight_map: expected the plain name of a " + ending
                    + " file, found " + shard + "\n  This repository's weights cannot be used.");
            }
            shards.add(name);
        }
        return shards;
    }

    private static JsonNode weightMap(Path index) {
        try {
            JsonNode map = new ObjectMapper().readTree(index.toFile()).path("weight_map");
            if (map.isObject() && !map.isEmpty()) {
                return map;
            }
            throw new TrainerException(index + ": expected a weight_map that names the shards of the weights");
        } catch (JsonProcessingException e) {
            throw new TrainerException(index + ": is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new TrainerException(index + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * What a folder lacks of a model: config.json, the weights, or shards of those weights that would be read.
     *
     * @return names, none where the model is whole
     */
    static List<String> missing(Path folder) {
        Set<String> missing = new TreeSet<>();
        if (!Files.isRegularFile(folder.resolve(CONFIG))) {
            missing.add(CONFIG);
        }
        Optional<String> weights = WEIGHTS.stream().filter(name -> Files.isRegularFile(folder.resolve(name)))
            .findFirst();
        if (weights.isEmpty()) {
            missing.add("weights");
        }
        weights.filter(ModelFiles::isIndex).ifPresent(index -> shards(folder.resolve(index)).stream()
            .filter(shard -> !Files.isRegularFile(folder.resolve(shard))).forEach(missing::add));
        return List.copyOf(missing);
    }
}
