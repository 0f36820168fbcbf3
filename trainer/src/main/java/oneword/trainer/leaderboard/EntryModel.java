package oneword.trainer.leaderboard;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import oneword.data.prompt.PromptTemplate;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.decoder.Precision;
import oneword.lora.kernel.Torch;
import oneword.trainer.TrainerException;
import oneword.trainer.Version;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.embedding.TextRule;

/**
 * A model as an entry names it: found on this machine, not yet loaded.
 *
 * @param name folder or hub id of the base model
 * @param folder where it lies
 * @param adapter the adapter's files, if there is one
 * @param prompt text around each sentence, with the demonstration
 * @param precision type of the frozen weights
 * @param device where it will run
 */
record EntryModel(String name, Path folder, Optional<Path> adapter, PromptTemplate prompt, Precision precision,
                  Device device) {

    private static final Predicate<String> SAFETENSORS = Pattern.compile("model.*\\.safetensors").asMatchPredicate();
    /** All that decides a vector besides the weights. */
    private static final List<String> SMALL_FILES = List.of("config.json", "tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json", "vocab.json", "merges.txt", "tokenizer.model");
    private static final Predicate<String> PICKLES = Pattern.compile("pytorch_model.*\\.bin").asMatchPredicate();

    /** The commit of a model in Hugging Face's cache, whose folders are called after it. */
    Optional<String> commit() {
        Path parent = folder.toAbsolutePath().getParent();
        boolean cached = parent != null && parent.endsWith("snapshots");
        return cached ? Optional.of(folder.getFileName().toString()) : Optional.empty();
    }

    /**
     * Everything that decides the vectors of given sentences.
     *
     * @param hashes of files
     */
    ObjectNode identity(FileHashes hashes) {
        ObjectNode identity = JsonNodeFactory.instance.objectNode();
        add(identity.putArray("model"), modelFiles(), hashes);
        ArrayNode adapterFiles = identity.putArray("adapter");
        adapter.ifPresent(files -> add(adapterFiles,
            List.of(files.resolve(PeftFiles.CONFIG), files.resolve(PeftFiles.WEIGHTS)), hashes));
        identity.put("prompt", prompt.template());
        identity.put("rule", "evaluation");
        identity.put("precision", precision.key());
        identity.put("device", device.getDeviceType());
        identity.put("oneword", Version.ONEWORD);
        identity.put("pytorch", Torch.version());
        return identity;
    }

    private static void add(ArrayNode list, List<Path> files, FileHashes hashes) {
        for (Path file : files) {
            list.addObject().put("file", file.getFileName().toString()).put("sha256", hashes.of(file));
        }
    }

    private List<Path> modelFiles() {
        try (Stream<Path> listed = Files.list(folder)) {
            List<Path> files = listed.filter(Files::isRegularFile).sorted().toList();
            boolean safe = files.stream().anyMatch(file -> SAFETENSORS.test(file.getFileName().toString()));
            Predicate<String> weights = safe ? SAFETENSORS : PICKLES;
            return files.stream().filter(file -> {
                String called = file.getFileName().toString();
                return SMALL_FILES.contains(called) || weights.test(called);
            }).toList();
        } catch (IOException e) {
            throw new TrainerException(folder + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    /** Loads it. */
    EntryEmbedder open() {
        SentenceModel model = SentenceModel.open(folder, adapter, Optional.of(prompt), precision, device);
        return new EntryEmbedder() {
            @Override
            public float[][] embed(List<String> sentences) {
                return model.embed(sentences, TextRule.EVALUATION);
            }

            @Override
            public String describe() {
                return name + adapter.map(files -> " + " + files).orElse("") + ", " + precision.key();
            }

            @Override
            public int shortened() {
                return Math.toIntExact(model.encoder().shortened());
            }

            @Override
            public void close() {
                model.close();
            }
        };
    }
}
