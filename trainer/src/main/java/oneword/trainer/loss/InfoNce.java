package oneword.trainer.loss;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import java.util.List;
import java.util.Map;
import oneword.lora.kernel.Kernels;

/**
 * InfoNCE (arXiv 1807.03748) with in-batch positives and hard negatives, in fp32.
 *
 * <p>For queries q [B, d] and passages p [M, d] the logits are {@code cos(q_i, p_j) / temperature}, to which
 * {@code hardNegativeWeight} is added where p_j is the row's own hard negative; the loss is the mean cross-entropy with
 * each query's target column. Triples are the case M = 2B, pairs M = B. As a DJL loss its predictions are (q, p) and
 * its labels (targets, hard negatives), both int64 [B]; a row without a hard negative has -1.
 */
public final class InfoNce extends Loss implements AutoCloseable {

    private final Kernels kernels;

    /**
     * Compiles the loss.
     *
     * @param temperature divides the cosines; above 0
     * @param hardNegativeWeight added to the logit of a row's own hard negative; 0 is neutral
     * @param device where the vectors live
     */
    public InfoNce(double temperature, double hardNegativeWeight, Device device) {
        super("infonce");
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("temperature must be above 0, is " + temperature);
        }
        kernels = Kernels.load(InfoNce.class,
            Map.of("temperature", temperature, "hard_negative_weight", hardNegativeWeight), device, "infonce.py");
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
