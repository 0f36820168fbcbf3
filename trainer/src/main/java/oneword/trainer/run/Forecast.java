package oneword.trainer.run;

import java.util.List;
import java.util.Locale;
import oneword.data.nli.Triple;
import oneword.data.token.SentenceEncoder;
import oneword.data.token.Tokenizer;
import oneword.lora.adapter.TargetModule;
import oneword.lora.decoder.Precision;
import oneword.lora.kernel.Lanes;
import oneword.trainer.hardware.Memory;
import oneword.trainer.loop.Keep;

/**
 * What a run will be, told from its plan alone.
 *
 * @param parameters frozen numbers
 * @param trainable numbers in the adapter
 * @param tokens real tokens of one epoch, from a sample of the rows
 * @param steps updates
 * @param weightBytes frozen weights in the compute type
 * @param adapterBytes adapter, gradients and both moments
 * @param activationBytes what a pass over a batch, or over the micro-batches of it that run side by side, keeps
 */
public record Forecast(
    long parameters,
    long trainable,
    long tokens,
    long steps,
    long weightBytes,
    long adapterBytes,
    long activationBytes) {

    private static final int SAMPLE = 2000;
    private static final long RUNTIME_BYTES = 500L << 20;

    /** Looks ahead. */
    public static Forecast of(RunPlan plan) {
        Precision precision = plan.precision().precision();
        long parameters = plan.decoder().frozenParameters();
        long trainable = trainable(plan);
        long tokens = tokens(plan);
        long batchTokens = Math.round((double) tokens / plan.triples().size()
            * Math.min(plan.config().training().batchSize(), plan.triples().size()));
        long perToken = plan.decoder().activationBytesPerToken(precision, plan.lora());
        long whole = batchTokens * perToken;
        long micro = plan.config().training().microBatchTokens() * perToken * Lanes.on(plan.device()).count();
        long activations = MemoryPlan.keep(plan, batchTokens) == Keep.BATCH ? whole : Math.min(whole, micro);
        return new Forecast(parameters, trainable, tokens, plan.steps(), parameters * precision.bytes(),
            16 * trainable, activations);
    }

    /** Numbers in the adapter. */
    static long trainable(RunPlan plan) {
        return plan.decoder().targetModules().stream()
            .filter(module -> plan.lora().targets().contains(module.name()))
            .mapToLong(module -> trainable(module, plan.lora().rank()))
            .sum();
    }

    private static long trainable(TargetModule module, int rank) {
        return (long) rank * (module.inputs() + module.outputs());
    }

    private static long tokens(RunPlan plan) {
        List<Triple> rows = plan.triples();
        int sampled = Math.min(SAMPLE, rows.size());
        long tokens = 0;
        try (Tokenizer tokenizer = Tokenizer.load(plan.modelFolder())) {
            SentenceEncoder encoder = new SentenceEncoder(plan.prompt(), tokenizer,
                plan.config().prompt().maxSentenceTokens(), plan.decoder().maxPositions());
            for (int i = 0; i < sampled; i++) {
                Triple row = rows.get((int) ((long) i * rows.size() / sampled));
                tokens += encoder.training(row.anchor()).length + encoder.training(row.positive()).length;
                tokens += row.hasHardNegative() ? encoder.training(row.hardNegative()).length : 0;
            }
        }
        return Math.round((double) tokens / sampled * rows.size());
    }

    /** Memory that the whole process is expected to need. */
    public long totalBytes() {
        return weightBytes + adapterBytes + activationBytes + RUNTIME_BYTES;
    }

    /** The forecast for people, a line each. */
    public String describe() {
        return String.format(Locale.ROOT, """
            parameters            %,d frozen
            trainable parameters  %,d (%.2f %%)
            tokens                about %,d an epoch
            steps                 %,d
            expected memory       about %s: weights %s, adapter and its optimiser %s, activations %s, runtime %s""",
            parameters, trainable, 100.0 * trainable / (parameters + trainable), tokens, steps,
            Memory.format(totalBytes()), Memory.format(weightBytes), Memory.format(adapterBytes),
            Memory.format(activationBytes), Memory.format(RUNTIME_BYTES));
    }
}
