package oneword.trainer.loss;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import java.util.List;
import java.util.Map;
import oneword.lora.kernel.Kernels;
import oneword.lora.kernel.Torch;

/**
 * InfoNCE (arXiv 1807.03748) with in-batch positives and hard negatives, in fp32.
 *
 * <p>For queries q [B, d] and passages p [M, d] the logits are {@code cos(q_i, p_j) / temperature}, to which
 * {@code hardNegativeWeight} is added where p_j is the row's own hard negative; the loss is the mean cross-entropy with
 * each query's target column. Triples are the case M = 2B, pairs M = B. As a DJL loss its predictions are (q, p) and
 * its labels (targets, hard negatives), both int64 [B]; a row without a hard negative has -1.
 *
 * <p>{@link #gradient} is what training uses: beyond {@link #DENSE_ENTRIES} logits it goes through them in stripes of
 * rows, forward and back at once, so that memory grows with B + M and not with their product.
 */
public final class InfoNce extends Loss implements AutoCloseable {

    /** The most logits that are held at once, B times M: 16 million, 64 MB. */
    public static final int DENSE_ENTRIES = 1 << 24;

    private final Kernels kernels;
    private final int denseEntries;

    /**
     * The loss of a batch, and where it leads.
     *
     * @param value of the loss, not scaled
     * @param vectors gradient with respect to the vectors [B + M, d], scaled
     */
    public record Gradient(double value, NDArray vectors) {}

    /**
     * Compiles the loss.
     *
     * @param temperature divides the cosines; above 0
     * @param hardNegativeWeight added to the logit of a row's own hard negative; 0 is neutral
     * @param device where the vectors live
     */
    public InfoNce(double temperature, double hardNegativeWeight, Device device) {
        this(temperature, hardNegativeWeight, device, DENSE_ENTRIES);
    }

    /**
     * Compiles the loss with another bound.
     *
     * @param denseEntries the most logits that are held at once, at least 1
     */
    InfoNce(double temperature, double hardNegativeWeight, Device device, int denseEntries) {
        super("infonce");
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("temperature must be above 0, is " + temperature);
        }
        kernels = Kernels.load(InfoNce.class,
            Map.of("temperature", temperature, "hard_negative_weight", hardNegativeWeight,
                "stripe_entries", denseEntries), device, "infonce.py");
        this.denseEntries = denseEntries;
    }

    /**
     * Computes the loss; autograd records it where gradients are on.
     *
     * @param labels target columns and own hard negatives, int64 [B] each
     * @param predictions queries [B, d] and passages [M, d]
     * @return a scalar that belongs to the manager of the queries
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return kernels.call(predictions.get(0).getManager(), "loss")
            .with(predictions.get(0))
            .with(predictions.get(1))
            .with(labels.get(0))
            .with(labels.get(1))
            .tensor();
    }

    /**
     * Computes the loss and its gradient. In stripes it equals the dense one up to rounding in fp32.
     *
     * @param scope owns the gradient
     * @param labels target columns and own hard negatives, int64 [B] each
     * @param vectors queries and after them the passages, fp32 [B + M, d], without graph
     * @param scale what the gradient is multiplied with
     */
    public Gradient gradient(NDManager scope, NDList labels, NDArray vectors, double scale) {
        long queries = labels.get(0).size();
        long passages = vectors.getShape().get(0) - queries;
        return queries * passages <= denseEntries
            ? dense(scope, labels, vectors, queries, scale) : striped(scope, labels, vectors, scale);
    }

    private Gradient dense(NDManager scope, NDList labels, NDArray vectors, long queries, double scale) {
        vectors.setRequiresGradient(true);
        NDArray loss = Torch.withGradients(() -> {
            NDList predictions = vectors.split(new long[] {queries});
            predictions.attach(scope);
            return evaluate(labels, predictions);
        });
        Torch.backward(loss, scope.create((float) scale));
        NDArray gradient = vectors.getGradient();
        gradient.attach(scope);
        return new Gradient(loss.getFloat(), gradient);
    }

    private Gradient striped(NDManager scope, NDList labels, NDArray vectors, double scale) {
        NDList results = Torch.withoutGradients(() -> kernels.call(scope, "striped")
            .with(vectors)
            .with(labels.get(0))
            .with(labels.get(1))
            .with(scope.create(scale))
            .run());
        return new Gradient(results.get(0).getFloat(), results.get(1));
    }

    /**
     * Lays vectors of micro-batches end to end and puts them into the batch's order.
     *
     * @param scope owns the result
     * @param vectors [n_i, d] each
     * @param order int64 [N]: for each sentence of the batch its row in the laid-out vectors
     * @return [N, d]
     */
    public NDArray gather(NDManager scope, List<NDArray> vectors, NDArray order) {
        return kernels.call(scope, "gather").list("z", vectors).with(order).tensor();
    }

    /**
     * Takes rows.
     *
     * @param scope owns the result
     * @param x [N, d]
     * @param positions int64 [n]
     * @return [n, d]
     */
    public NDArray rows(NDManager scope, NDArray x, NDArray positions) {
        return kernels.call(scope, "rows").with(x).with(positions).tensor();
    }

    @Override
    public void close() {
        kernels.close();
    }
}
