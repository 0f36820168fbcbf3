package oneword.lora.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import oneword.lora.LoraException;
import oneword.lora.checkpoint.WeightFolder;
import oneword.lora.checkpoint.WeightSource;
import oneword.lora.kernel.Kernels;
import oneword.lora.kernel.Torch;

/**
 * The language-model head, which a {@link Decoder} goes without: from a decoder's vector to the tokens that the model
 * would put next. It holds the vocabulary's matrix [v, d] once more, beside the decoder's token table.
 *
 * <p>The matrix is {@code lm_head.weight}, or the token table where the two are tied ({@code tie_word_embeddings} of
 * {@code config.json}; where that is silent, where no {@code lm_head.weight} is stored). For opt-350m both have the
 * width behind {@code project_out}, as its vectors have. Reference: transformers' {@code …ForCausalLM}.
 *
 * <p>Not thread-safe.
 */
public final class LanguageHead implements AutoCloseable {

    private static final String UNTIED = "lm_head.weight";
    private static final String TABLE = "embed_tokens.weight";
    /** Rows whose logits [rows, v] are held at once. */
    private static final int ROWS = 64;

    private final NDManager manager;
    private final NDArray weight;
    private final Kernels kernels;

    private LanguageHead(NDManager manager, NDArray weight, Kernels kernels) {
        this.manager = manager;
        this.weight = weight;
        this.kernels = kernels;
    }

    /**
     * Loads the head of a model.
     *
     * @param folder Hugging Face folder: config.json and weights
     * @param precision compute type
     * @param device where it runs
     * @param count how many tokens {@link #top} gives, at least 1; never more than the vocabulary has
     * @throws LoraException where the folder holds no head
     */
    public static LanguageHead load(Path folder, Precision precision, Device device, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, found " + count);
        }
        try (WeightSource source = WeightFolder.open(folder)) {
            String name = name(folder, source);
            long[] shape = source.info(name).shape();
            if (shape.length != 2) {
                throw new LoraException(source.file(name) + ": " + name + ": a matrix [vocabulary, width] is needed, "
                    + "found the shape " + Arrays.toString(shape));
            }
            return WeightLoader.load(source, precision, device, name, List.of(""),
                loader -> new LanguageHead(loader.owner(), loader.load(name, shape),
                    Kernels.load(Kernels.class, Map.of("count", count), device, "next_tokens.py")));
        }
    }

    private static String name(Path folder, WeightSource source) {
        boolean stored = source.names().contains(UNTIED);
        if (!ModelConfig.read(folder).flag("tie_word_embeddings", !stored)) {
            if (!stored) {
                throw new LoraException(folder + ": the weights lack the tensor " + UNTIED + ", and config.json says "
                    + "that the token table does not stand for it (tie_word_embeddings): the folder holds a model "
                    + "without language-model head, which cannot tell next tokens");
            }
            return UNTIED;
        }
        return source.names().stream()
            .filter(name -> name.equals(TABLE) || name.endsWith("." + TABLE))
            .findFirst()
            .orElseThrow(() -> new LoraException(folder + ": the weights hold no token table (" + TABLE + "); they "
                + "begin with " + source.names().stream().limit(5).toList()));
    }

    /**
     * The most probable next tokens.
     *
     * @param vectors [n][d] as {@link Decoder#encode} gives them, not normalised
     * @return n lists, each by falling probability
     * @throws IllegalArgumentException where d is not the head's width
     */
    public List<List<NextToken>> top(float[][] vectors) {
        List<List<NextToken>> all = new ArrayList<>(vectors.length);
        for (int from = 0; from < vectors.length; from += ROWS) {
            all.addAll(some(Arrays.copyOfRange(vectors, from, Math.min(vectors.length, from + ROWS))));
        }
        return all;
    }

    private List<List<NextToken>> some(float[][] vectors) {
        int d = Math.toIntExact(weight.getShape().get(1));
        FloatBuffer rows = FloatBuffer.allocate(vectors.length * d);
        for (float[] vector : vectors) {
            if (vector.length != d) {
                throw new IllegalArgumentException("vectors of " + vector.length + " numbers for a head of " + d);
            }
            rows.put(vector);
        }
        try (NDManager scope = manager.newSubManager()) {
            NDArray x = scope.create(rows.flip(), new Shape(vectors.length, d));
            NDList best = Torch.withoutGradients(() -> kernels.call(scope, "top").with(x).with(weight).run());
            long[] ids = best.get(0).toLongArray();
            float[] probabilities = best.get(1).toFloatArray();
            int count = ids.length / vectors.length;
            List<List<NextToken>> all = new ArrayList<>();
            for (int i = 0; i < vectors.length; i++) {
                List<NextToken> tokens = new ArrayList<>();
                for (int j = i * count; j < (i + 1) * count; j++) {
                    tokens.add(new NextToken(Math.toIntExact(ids[j]), probabilities[j]));
                }
                all.add(tokens);
            }
            return all;
        }
    }

    @Override
    public void close() {
        kernels.close();
        manager.close();
    }
}
