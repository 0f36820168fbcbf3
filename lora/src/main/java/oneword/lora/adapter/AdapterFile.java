package oneword.lora.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import oneword.lora.LoraException;
import oneword.lora.checkpoint.SafetensorsFile;

/**
 * A PEFT adapter folder read without a model: which modules it adapts, and their matrices one at a time.
 *
 * <p>A module is named as PEFT's keys have it between {@code base_model.model.} and {@code .lora_A.weight}, such as
 * {@code model.decoder.layers.0.fc1}. Every tensor of the file must be one of a pair A [rank, inputs], B [outputs,
 * rank]; variants that {@link PeftFiles#read} refuses are refused here in the same words.
 */
public final class AdapterFile implements AutoCloseable {

    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    private final Path file;
    private final SafetensorsFile weights;
    private final LoraConfig config;
    private final TreeSet<String> modules;

    private AdapterFile(Path file, SafetensorsFile weights, LoraConfig config, TreeSet<String> modules) {
        this.file = file;
        this.weights = weights;
        this.config = config;
        this.modules = modules;
    }

    /**
     * Opens an adapter; only headers are read.
     *
     * @param folder holds adapter_config.json and adapter_model.safetensors
     * @throws LoraException where the files are missing or damaged, or hold anything but pairs of matrices
     */
    public static AdapterFile open(Path folder) {
        Path file = folder.resolve(PeftFiles.WEIGHTS);
        PeftConfig.read(folder, 0, List.of());
        SafetensorsFile weights = SafetensorsFile.open(file);
        try {
            TreeSet<String> modules = modules(file, weights);
            List<String> targets = modules.stream()
                .map(module -> module.substring(module.lastIndexOf('.') + 1)).distinct().sorted().toList();
            AdapterFile adapter = new AdapterFile(file, weights, PeftConfig.read(folder, 0, targets), modules);
            modules.forEach(adapter::checkShapes);
            return adapter;
        } catch (LoraException e) {
            weights.close();
            throw e;
        }
    }

    private static TreeSet<String> modules(Path file, SafetensorsFile weights) {
        TreeSet<String> modules = new TreeSet<>();
        for (String key : weights.names()) {
            boolean isA = key.endsWith(A);
            boolean isPlain = key.startsWith(PeftFiles.PREFIX) && (isA || key.endsWith(B))
                && key.length() > PeftFiles.PREFIX.length() + A.length();
            if (!isPlain) {
                throw new LoraException(file + ": " + key + ": expected a name such as " + PeftFiles.PREFIX
                    + "model.decoder.layers.0.fc1" + A);
            }
            String stem = key.substring(0, key.length() - A.length());
            if (!weights.names().contains(stem + (isA ? B : A))) {
                throw new LoraException(file + ": " + stem + ": holds lora_" + (isA ? "A" : "B") + " without lora_"
                    + (isA ? "B" : "A"));
            }
            modules.add(stem.substring(PeftFiles.PREFIX.length()));
        }
        if (modules.isEmpty()) {
            throw new LoraException(file + ": holds no tensor, so there is no adapter to use");
        }
        return modules;
    }

    private void checkShapes(String module) {
        long[] a = weights.info(PeftFiles.PREFIX + module + A).shape();
        long[] b = weights.info(PeftFiles.PREFIX + module + B).shape();
        if (a.length != 2 || b.length != 2 || a[0] != config.rank() || b[1] != config.rank()) {
            throw new LoraException(file + ": " + module + ": A has shape " + Arrays.toString(a) + " and B "
                + Arrays.toString(b) + ", but r in " + PeftFiles.CONFIG + " is " + config.rank());
        }
    }

    /** Rank, scale, no dropout, and as targets the last names of the modules. */
    public LoraConfig config() {
        return config;
    }

    /** The adapted modules, sorted. */
    public Set<String> modules() {
        return Collections.unmodifiableSet(modules);
    }

    /** The weight file, to name it in messages. */
    public Path file() {
        return file;
    }

    /** Columns of A: what goes into the module. */
    public long inputs(String module) {
        return weights.info(PeftFiles.PREFIX + module + A).shape()[1];
    }

    /** Rows of B: what comes out of the module. */
    public long outputs(String module) {
        return weights.info(PeftFiles.PREFIX + module + B).shape()[0];
    }

    /** Reads a module's A, fp32 [rank, inputs], into the manager. */
    public NDArray a(NDManager owner, String module) {
        return PeftFiles.matrix(
            owner, weights, file, PeftFiles.PREFIX + module + A, new Shape(config.rank(), inputs(module)));
    }

    /** Reads a module's B, fp32 [outputs, rank], into the manager. */
    public NDArray b(NDManager owner, String module) {
        return PeftFiles.matrix(
            owner, weights, file, PeftFiles.PREFIX + module + B, new Shape(outputs(module), config.rank()));
    }

    @Override
    public void close() {
        weights.close();
    }
}
