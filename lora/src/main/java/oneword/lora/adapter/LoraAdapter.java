package oneword.lora.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import oneword.lora.LoraException;

/**
 * The trainable matrices of a decoder: A [rank, inputs] and B [outputs, rank] in fp32 for each adapted linear map.
 *
 * <p>A starts as PEFT's kaiming uniform, B as zero, so a new adapter changes nothing.
 */
public final class LoraAdapter {

    private final LoraConfig config;
    private final Map<String, Pair> pairs;

    private LoraAdapter(LoraConfig config, Map<String, Pair> pairs) {
        this.config = config;
        this.pairs = pairs;
    }

    /** Both matrices of one linear map. */
    private record Pair(Parameter a, Parameter b) {}

    /**
     * Creates a fresh adapter.
     *
     * @param manager owns the matrices
     * @param config rank, scale and targets
     * @param modules every linear map of the decoder
     * @param seed decides A together with each matrix's name
     * @throws LoraException where a target names no linear map of the decoder
     */
    public static LoraAdapter create(NDManager manager, LoraConfig config, List<TargetModule> modules, long seed) {
        checkTargets(config, modules);
        return create(manager, config, modules,
            name -> name.endsWith(".lora_A.weight") ? new KaimingUniform(seed, name) : Initializer.ZEROS);
    }

    /** Creates an adapter whose matrices begin as the given function of their names says. */
    static LoraAdapter create(
        NDManager manager, LoraConfig config, List<TargetModule> modules, Function<String, Initializer> start) {
        Map<String, Pair> pairs = new LinkedHashMap<>();
        for (TargetModule module : modules) {
            if (config.targets().contains(module.name())) {
                String a = module.path() + ".lora_A.weight";
                String b = module.path() + ".lora_B.weight";
                pairs.put(module.path(), new Pair(
                    parameter(manager, a, new Shape(config.rank(), module.inputs()), start),
                    parameter(manager, b, new Shape(module.outputs(), config.rank()), start)));
            }
        }
        return new LoraAdapter(config, pairs);
    }

    private static void checkTargets(LoraConfig config, List<TargetModule> modules) {
        TreeSet<String> known =
            modules.stream().map(TargetModule::name).collect(Collectors.toCollection(TreeSet::new));
        for (String target : config.targets()) {
            if (!known.contains(target)) {
                throw new LoraException("lora.targets: this model has no linear map named '" + target
                    + "'; it has " + String.join(", ", known));
            }
        }
    }

    private static Parameter parameter(
        NDManager manager, String name, Shape shape, Function<String, Initializer> start) {
        Parameter parameter = Parameter.builder()
            .setName(name)
            .setType(Parameter.Type.WEIGHT)
            .optShape(shape)
            .optInitializer(start.apply(name))
            .build();
        parameter.initialize(manager, DataType.FLOAT32);
        return parameter;
    }

    /** Rank, scale and targets. */
    public LoraConfig config() {
        return config;
    }

    /** All matrices in the decoder's order, A before B; names such as {@code layers.0.fc1.lora_A.weight}. */
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(2 * pairs.size());
        pairs.values().forEach(pair -> {
            all.add(pair.a());
            all.add(pair.b());
        });
        return all;
    }

    /**
     * Gives a module's A and B, or twice {@code absent} where it has none.
     *
     * @param path name of the linear map under the decoder
     * @param absent an empty array
     */
    public List<NDArray> matrices(String path, NDArray absent) {
        Pair pair = pairs.get(path);
        return pair == null ? List.of(absent, absent) : List.of(pair.a().getArray(), pair.b().getArray());
    }
}
