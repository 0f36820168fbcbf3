package oneword.trainer.loop;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import oneword.data.batch.EncodedBatch;
import oneword.data.batch.MicroBatch;
import oneword.data.batch.MicroBatches;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.GradientOrder;
import oneword.lora.decoder.LayerSeeds;
import oneword.lora.decoder.Recording;
import oneword.lora.kernel.Lanes;
import oneword.lora.kernel.Torch;
import oneword.trainer.hardware.MemoryGauge;
import oneword.trainer.hardware.OutOfMemoryException;
import oneword.trainer.loss.InfoNce;
import oneword.trainer.optimizer.AdamW;
import oneword.trainer.optimizer.WarmupSchedule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DJL's trainer for a decoder's adapter and InfoNCE over whole batches.
 *
 * <p>DJL's own {@code forward} and {@code step} update one matrix after the other and know neither clipping by global
 * norm nor gradient caching, so {@link #train} goes around them: sentences are sorted by length and cut into
 * micro-batches, and {@link Keep} says how much of them is held until their backward pass. In the thriftier ways the
 * micro-batches are embedded without graph, the loss gives dL/dz, and each micro-batch is computed again, with the same
 * dropout masks, to carry its rows of dL/dz down (GradCache, arXiv 2101.06983). All ways give the same gradients.
 * Micro-batches are computed side by side where the device has {@link Lanes}, which changes no number.
 *
 * <p>A step that runs out of memory starts again in a thriftier way, and then with smaller micro-batches. Their size
 * decides dropout masks and rounding, so it belongs into a checkpoint.
 */
public final class ContrastiveTrainer extends Trainer {

    private static final Logger LOG = LoggerFactory.getLogger(ContrastiveTrainer.class);

    private final Decoder decoder;
    private final InfoNce infoNce;
    private final AdamW adamW;
    private final WarmupSchedule schedule;
    private final StepSettings settings;
    private final MemoryGauge gauge;
    private Keep keep;
    private int microBatchTokens;
    private LossScale lossScale;
    private StepResult lastStep;

    /**
     * Creates a trainer.
     *
     * @param model holds the decoder as its block
     * @param config loss (an {@link InfoNce}), optimiser (an {@link AdamW}) and listeners
     * @param schedule learning rate of each update
     * @param settings of the step
     * @param lossScale to begin with
     * @param gauge asked before each micro-batch
     */
    public ContrastiveTrainer(Model model, DefaultTrainingConfig config, WarmupSchedule schedule,
        StepSettings settings, LossScale lossScale, MemoryGauge gauge) {
        super(model, config);
        this.decoder = (Decoder) model.getBlock();
        this.infoNce = (InfoNce) config.getLossFunction();
        this.adamW = (AdamW) config.getOptimizer();
        this.schedule = schedule;
        this.settings = settings;
        this.gauge = gauge;
        this.keep = settings.keep();
        this.microBatchTokens = settings.microBatchTokens();
        this.lossScale = lossScale;
    }

    /**
     * Runs one step and tells the listeners.
     *
     * @param batch rows of the step; its step number is counted from 0
     * @return what happened; where loss or gradient norm is not finite, nothing was updated
     */
    public StepResult train(EncodedBatch batch) {
        long begin = System.nanoTime();
        double loss = accumulateWithinMemory(batch);
        double norm = adamW.gradientNorm() / lossScale.scale();
        double rate = schedule.rate(batch.step());
        boolean finite = Double.isFinite(loss) && Double.isFinite(norm);
        if (finite) {
            if (lossScale.scale() != 1) {
                adamW.multiplyGradients(1 / lossScale.scale());
            }
            if (settings.maxGradientNorm() > 0) {
                adamW.clip(norm, settings.maxGradientNorm());
            }
            adamW.update(rate);
        }
        adamW.zeroGradients();
        boolean expected = !finite && Double.isFinite(loss) && lossScale.explainsOverflow();
        lossScale = lossScale.after(finite);
        double seconds = (System.nanoTime() - begin) / 1e9;
        lastStep = new StepResult(batch.step() + 1, batch.epoch(), loss, rate, norm, batch.rows().length,
            batch.tokens(), seconds, finite, expected);
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

    /** The loss scale as it is now, which a checkpoint holds. */
    public LossScale lossScale() {
        return lossScale;
    }

    /** The most padded tokens of a micro-batch as it is now, which a checkpoint holds. */
    public int microBatchTokens() {
        return microBatchTokens;
    }

    private double accumulateWithinMemory(EncodedBatch batch) {
        while (true) {
            try {
                return accumulate(batch);
            } catch (RuntimeException e) {
                if (!OutOfMemoryException.is(e) || !settings.adapts()) {
                    throw e;
                }
                adamW.zeroGradients();
                decoder.freeRecordings();
                holdLess(batch, e);
            }
        }
    }

    private void holdLess(EncodedBatch batch, RuntimeException cause) {
        if (keep == Keep.BATCH) {
            keep = Keep.MICRO_BATCH;
        } else if (microBatchTokens > longest(batch)) {
            microBatchTokens /= 2;
        } else {
            keep = keep.less().orElseThrow(() -> cause);
        }
        LOG.warn("step {}: memory ran out; it starts again with micro-batches of {} tokens, keeping {}",
            batch.step() + 1, microBatchTokens, keep);
    }

    /** A function of the device's kind alone, not of its number of lanes: dropout masks follow from it. */
    private List<MicroBatch> cut(List<int[]> sentences) {
        int padId = decoder.config().padId();
        int shared = settings.sharePrefix() ? MicroBatches.commonStart(sentences) : 0;
        return decoder.manager().getDevice().isGpu() ? MicroBatches.cut(sentences, microBatchTokens, padId)
            : MicroBatches.cutEvenly(sentences, microBatchTokens, padId, shared);
    }

    private static int longest(EncodedBatch batch) {
        return sentences(batch).stream().mapToInt(ids -> ids.length).max().orElseThrow();
    }

    private static List<int[]> sentences(EncodedBatch batch) {
        List<int[]> sentences = new ArrayList<>(batch.queries());
        sentences.addAll(batch.passages());
        return sentences;
    }

    /**
     * Adds the batch's gradients, times the loss scale, to those of the parameters.
     *
     * @return the loss
     */
    double accumulate(EncodedBatch batch) {
        List<MicroBatch> cuts = cut(sentences(batch));
        List<MicroBatchPass> passes = new ArrayList<>(cuts.size());
        for (int i = 0; i < cuts.size(); i++) {
            LayerSeeds seeds = LayerSeeds.of(settings.seed(), batch.step(), i);
            passes.add(new MicroBatchPass(decoder, cuts.get(i), seeds, settings.sharePrefix()));
        }
        Lanes lanes = decoder.trainingLanes();
        try (NDManager scope = getManager().newSubManager()) {
            Recording[] recordings = new Recording[passes.size()];
            NDArray[] vectors = new NDArray[passes.size()];
            lanes.run(passes.size(), i -> {
                gauge.claim();
                if (keep == Keep.BATCH) {
                    recordings[i] = passes.get(i).record(scope, false);
                    vectors[i] = recordings[i].vectors();
                } else {
                    vectors[i] = passes.get(i).embed(scope);
                }
            });
            NDArray all = Torch.withoutGradients(() -> infoNce.gather(scope, List.of(vectors), order(scope, cuts)));
            if (keep != Keep.BATCH) {
                Arrays.stream(vectors).forEach(NDArray::close);
            }
            InfoNce.Gradient loss = infoNce.gradient(scope, labels(scope, batch), all, lossScale.scale());
            all.close();
            GradientTurns turns = new GradientTurns(decoder.config().layers() + 1);
            lanes.run(passes.size(), i -> turns.run(i, () -> {
                gauge.claim();
                Recording recording = keep == Keep.BATCH
                    ? recordings[i] : passes.get(i).record(scope, keep == Keep.LAYER_BORDERS);
                backward(scope, recording, cuts.get(i), loss.vectors(), turns.of(i));
            }));
            return loss.value();
        }
    }

    private void backward(
        NDManager scope, Recording recording, MicroBatch cut, NDArray gradient, GradientOrder order) {
        try (recording; NDManager inner = scope.newSubManager()) {
            recording.backward(Torch.withoutGradients(
                () -> infoNce.rows(inner, gradient, inner.create(wide(cut.positions())))), order);
        }
    }

    private static NDList labels(NDManager scope, EncodedBatch batch) {
        return new NDList(scope.create(wide(batch.targets())), scope.create(wide(batch.hardNegatives())));
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
