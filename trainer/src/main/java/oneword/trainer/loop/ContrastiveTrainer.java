package oneword.trainer.loop;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import oneword.data.batch.EncodedBatch;
import oneword.data.batch.MicroBatch;
import oneword.data.batch.MicroBatches;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.LayerSeeds;
import oneword.lora.decoder.TokenBatch;
import oneword.lora.kernel.Torch;
import oneword.trainer.loss.InfoNce;
import oneword.trainer.optimizer.AdamW;
import oneword.trainer.optimizer.WarmupSchedule;

/**
 * DJL's trainer for a decoder's adapter and InfoNCE over whole batches.
 *
 * <p>DJL's own {@code forward} and {@code step} update one matrix after the other and know neither clipping by global
 * norm nor gradient caching, so {@link #train} goes around them: sentences are sorted by length and cut into
 * micro-batches; where the graph of all of them fits its budget it is built once; else they are embedded without graph,
 * the loss gives dL/dz, and each micro-batch is embedded again, with the same dropout masks, to carry its rows of dL/dz
 * back (GradCache, arXiv 2101.06983). Both ways give the same gradients.
 */
public final class ContrastiveTrainer extends Trainer {

    private final Decoder decoder;
    private final InfoNce infoNce;
    private final AdamW adamW;
    private final WarmupSchedule schedule;
    private final StepSettings settings;
    private final long activationBytesPerToken;
    private StepResult lastStep;

    /**
     * Creates a trainer.
     *
     * @param model holds the decoder as its block
     * @param config loss (an {@link InfoNce}), optimiser (an {@link AdamW}) and listeners
     * @param schedule learning rate of each update
     * @param settings of the step
     */
    public ContrastiveTrainer(
        Model model, DefaultTrainingConfig config, WarmupSchedule schedule, StepSettings settings) {
        super(model, config);
        this.decoder = (Decoder) model.getBlock();
        this.infoNce = (InfoNce) config.getLossFunction();
        this.adamW = (AdamW) config.getOptimizer();
        this.schedule = schedule;
        this.settings = settings;
        this.activationBytesPerToken = decoder.config().activationBytesPerToken(
            decoder.precision(), decoder.adapter().orElseThrow().config());
    }

    /**
     * Runs one step and tells the listeners.
     *
     * @param batch rows of the step; its step number is counted from 0
     * @return what happened; where loss or gradient norm is not finite, nothing was updated
     */
    public StepResult train(EncodedBatch batch) {
        long begin = System.nanoTime();
        double loss = accumulate(batch);
        double norm = adamW.gradientNorm();
        double rate = schedule.rate(batch.step());
        boolean finite = Double.isFinite(loss) && Double.isFinite(norm);
        if (finite) {
            if (settings.maxGradientNorm() > 0) {
                adamW.clip(norm, settings.maxGradientNorm());
            }
            adamW.update(rate);
        }
        adamW.zeroGradients();
        double seconds = (System.nanoTime() - begin) / 1e9;
        lastStep = new StepResult(batch.step() + 1, batch.epoch(), loss, rate, norm, batch.rows().length,
            batch.tokens(), seconds, finite);
        notifyListeners(listener -> listener.onTrainingBatch(this, null));
        return lastStep;
    }

    /** What the latest step did. */
    public StepResult lastStep() {
        return lastStep;
    }

    /** The optimiser, whose moments a checkpoint holds. */
    public AdamW optimizer() {
        return adamW;
    }

    /** The model in training. */
    public Decoder decoder() {
        return decoder;
    }

    /**
     * Adds the batch's gradients to those of the parameters.
     *
     * @return the loss
     */
    double accumulate(EncodedBatch batch) {
        List<int[]> sentences = new ArrayList<>(batch.queries());
        sentences.addAll(batch.passages());
        List<MicroBatch> cuts = MicroBatches.cut(sentences, settings.microBatchTokens(), decoder.config().padId());
        boolean cached = graphBytes(cuts) > settings.graphBudget();
        try (NDManager scope = getManager().newSubManager()) {
            List<NDArray> vectors = new ArrayList<>(cuts.size());
            for (int i = 0; i < cuts.size(); i++) {
                vectors.add(cached ? embed(scope, batch, cuts.get(i), i) : graph(scope, batch, cuts.get(i), i));
            }
            NDArray all = Torch.withoutGradients(() -> infoNce.gather(scope, vectors, order(scope, cuts)));
            all.setRequiresGradient(true);
            NDArray loss = Torch.withGradients(() -> loss(scope, batch, all));
            Torch.backward(loss, scope.create(1f));
            NDArray gradient = all.getGradient();
            gradient.attach(scope);
            for (int i = 0; i < cuts.size(); i++) {
                backward(scope, batch, cuts.get(i), i, cached ? null : vectors.get(i), gradient);
            }
            return loss.getFloat();
        }
    }

    private long graphBytes(List<MicroBatch> cuts) {
        long tokens = cuts.stream().mapToLong(cut -> cut.ids().length).sum();
        return tokens * activationBytesPerToken;
    }

    private NDArray graph(NDManager scope, EncodedBatch batch, MicroBatch cut, int number) {
        LayerSeeds seeds = LayerSeeds.of(settings.seed(), batch.step(), number);
        return Torch.withGradients(() -> decoder.encode(scope, tokens(scope, cut), seeds));
    }

    private NDArray embed(NDManager scope, EncodedBatch batch, MicroBatch cut, int number) {
        LayerSeeds seeds = LayerSeeds.of(settings.seed(), batch.step(), number);
        try (NDManager inner = scope.newSubManager()) {
            NDArray vectors = Torch.withoutGradients(() -> decoder.encode(inner, tokens(inner, cut), seeds));
            vectors.attach(scope);
            return vectors;
        }
    }

    private void backward(
        NDManager scope, EncodedBatch batch, MicroBatch cut, int number, NDArray vectors, NDArray gradient) {
        try (NDManager inner = scope.newSubManager()) {
            NDArray rows = Torch.withoutGradients(() -> infoNce.rows(inner, gradient, positions(inner, cut)));
            NDArray recorded = vectors == null ? graph(inner, batch, cut, number) : vectors;
            Torch.backward(recorded, rows);
            recorded.close();
        }
    }

    private NDArray loss(NDManager scope, EncodedBatch batch, NDArray all) {
        int queries = batch.queries().size();
        NDList predictions = all.split(new long[] {queries});
        predictions.attach(scope);
        NDList labels = new NDList(scope.create(wide(batch.targets())), scope.create(wide(batch.hardNegatives())));
        return infoNce.evaluate(labels, predictions);
    }

    private static TokenBatch tokens(NDManager scope, MicroBatch cut) {
        return TokenBatch.of(scope, cut.ids(), cut.lengths(), cut.width());
    }

    private static NDArray positions(NDManager scope, MicroBatch cut) {
        return scope.create(wide(cut.positions()));
    }

    /** For each sentence of the batch its row among the micro-batches laid end to end. */
    private static NDArray order(NDManager scope, List<MicroBatch> cuts) {
        long[] order = new long[cuts.stream().mapToInt(cut -> cut.positions().length).sum()];
        int row = 0;
        for (MicroBatch cut : cuts) {
            for (int position : cut.positions()) {
                order[position] = row++;
            }
        }
        return scope.create(order);
    }

    private static long[] wide(int[] values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
