package oneword.trainer.run;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import oneword.data.batch.BatchEncoder;
import oneword.data.batch.BatchStream;
import oneword.data.batch.EncodedBatch;
import oneword.data.sts.StsTask;
import oneword.trainer.TrainerException;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.checkpoint.TrainerState;
import oneword.trainer.config.ConfigWriter;
import oneword.trainer.config.RunConfig;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.StsEvaluator;
import oneword.trainer.hardware.Memory;
import oneword.trainer.loop.LossScale;
import oneword.trainer.loop.StepResult;
import oneword.trainer.progress.ProgressDisplay;
import oneword.trainer.progress.Screen;
import oneword.trainer.report.RunJournal;
import oneword.trainer.report.RunReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains from the first step, or from a checkpoint, to the last, evaluating and saving on the way.
 *
 * <p>Step k is evaluated before it is saved, so a checkpoint knows the best score so far. A score that beats all
 * earlier ones is saved at once, due or not. What a checkpoint does not hold follows from seed and step: the order of
 * the rows, the dropout masks, the learning rate.
 */
public final class TrainingRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
    private static final int BATCHES_AHEAD = 4;
    private static final int SKIPS_ALLOWED = 2;

    private final RunPlan plan;
    private final RunFolder folder;
    private final CheckpointStore checkpoints;
    private final StopSignal stop;
    private final RunLog log;
    private final RunMetrics metrics;
    private final Session session;
    private final RunJournal journal;
    private final BeforeAndAfter report;
    private long step;
    private Double bestScore;
    private Long bestStep;
    private long rowsConsumed;
    private int skips;
    private boolean saved;

    /** How a run ended: whether all its steps are done, and where it stands. */
    public record Outcome(boolean finished, long step, Path folder, Optional<String> report) {}

    /**
     * Opens a run.
     *
     * @param plan of the run
     * @param folder locked; the run closes it
     * @param initial adapter to begin with; empty begins with a fresh one
     * @param stop ends the run after the step in hand
     */
    public TrainingRun(RunPlan plan, RunFolder folder, Optional<Path> initial, StopSignal stop) {
        this.plan = plan;
        this.folder = folder;
        this.stop = stop;
        this.checkpoints = folder.checkpoints();
        folder.write(folder.config(), ConfigWriter.toYaml(plan.config()));
        this.log = new RunLog(folder.log());
        Optional<Checkpoint> from = checkpoints.newestVerified(LOG::warn);
        Optional<TrainerState> state =
            from.map(checkpoint -> TrainerState.read(checkpoint.file(TrainerState.FILE_NAME)));
        state.ifPresent(this::restore);
        this.metrics = new RunMetrics(folder, from.isPresent() ? step : -1, plan.config());
        this.session = new Session(plan, from, state, initial, metrics);
        this.journal = new RunJournal(folder);
        this.report = new BeforeAndAfter(plan, folder, session.model(), journal, stop);
        saved = from.isPresent();
    }

    private void restore(TrainerState state) {
        Environment.checkRows(plan, folder);
        if (state.seed() != plan.config().training().seed() || state.stepsTotal() != plan.steps()) {
            throw new TrainerException(folder.path() + ": its checkpoint belongs to a run with seed " + state.seed()
                + " and " + state.stepsTotal() + " steps, this one has seed " + plan.config().training().seed()
                + " and " + plan.steps() + " steps. Was " + plan.dataFile() + " changed?");
        }
        step = state.step();
        bestScore = state.bestScore();
        bestStep = state.bestStep();
        rowsConsumed = state.rowsConsumed();
        skips = state.consecutiveSkips();
        LOG.info("resumed   after step {} of {}", step, plan.steps());
    }

    /** Runs to the last step, or until a stop is asked for. */
    public Outcome run() {
        Environment.write(plan, folder);
        journal.begin(facts(), step);
        try {
            Outcome outcome = work();
            end(outcome.finished() ? RunJournal.Outcome.FINISHED : RunJournal.Outcome.STOPPED, Optional.empty());
            return outcome;
        } catch (RuntimeException | Error e) {
            end(RunJournal.Outcome.FAILED, Optional.ofNullable(e.getMessage()));
            throw e;
        }
    }

    private RunJournal.Facts facts() {
        return new RunJournal.Facts(Version.ONEWORD, plan.decoder().frozenParameters(), Forecast.trainable(plan),
            plan.triples().size(), plan.steps(),
            Stream.concat(plan.selection().stream(), plan.tasks().stream()).toList());
    }

    /** Writes the report, whatever the run came to; that it cannot be written is no failure of the run. */
    private void end(RunJournal.Outcome outcome, Optional<String> message) {
        try {
            journal.end(outcome, step, message, Memory.peak());
            Path written = RunReport.write(folder.path());
            if (outcome != RunJournal.Outcome.FINISHED) {
                LOG.info("report    {}", written);
            }
        } catch (RuntimeException e) {
            LOG.warn("the report was not written: {}", e.getMessage());
        }
    }

    private Outcome work() {
        try {
            if (step == 0 && !saved) {
                begin();
            }
            train();
            if (step < plan.steps()) {
                return stopped();
            }
            stop.check();
            return new Outcome(true, step, folder.path(), Optional.of(finish()));
        } catch (StopSignal.StoppedException e) {
            return stopped();
        }
    }

    private void begin() {
        report.before();
        if (plan.selection().isPresent()) {
            LOG.info("untrained {} {}", name(), String.format(Locale.ROOT, "%.2f", evaluate(0)));
        }
    }

    private void train() {
        long first = step;
        try (BatchStream stream = new BatchStream(plan.batches(),
                new BatchEncoder(plan.triples(), session.model().encoder()), first, plan.steps(), BATCHES_AHEAD);
            ProgressDisplay display = new ProgressDisplay(Screen.stderr(), "step", "", first, plan.steps())) {
            while (step < plan.steps() && !stop.requested()) {
                EncodedBatch batch = stream.next();
                StepResult result = session.trainer().train(batch);
                step = result.step();
                rowsConsumed += result.triples();
                saved = false;
                display.value("loss", String.format(Locale.ROOT, "%.4f", result.loss()))
                    .count("triples", result.triples())
                    .count("tokens", result.tokens())
                    .update(step);
                checkFinite(result, batch);
                evaluateAndSave();
            }
        }
        if (!saved && step > first) {
            save();
        }
    }

    private void checkFinite(StepResult result, EncodedBatch batch) {
        if (result.applied()) {
            skips = 0;
            return;
        }
        if (result.overflow()) {
            LOG.info("step {}: gradients overflowed fp16 and were left out; the loss scale is now {}", result.step(),
                session.trainer().lossScale().scale());
            return;
        }
        skips++;
        int[] rows = Arrays.copyOf(batch.rows(), Math.min(10, batch.rows().length));
        String what = "step " + result.step() + ": loss " + result.loss() + ", gradient norm " + result.gradientNorm()
            + "; not applied. Rows " + Arrays.toString(rows) + (batch.rows().length > rows.length ? " and more" : "")
            + " of " + plan.dataFile() + (plan.decontamination().isPresent() ? " less those left out" : "");
        LOG.warn(what);
        if (skips > SKIPS_ALLOWED) {
            throw diverged(skips + " steps in a row were not finite, the last was " + what, null);
        }
    }

    private TrainerException diverged(String what, Throwable cause) {
        return new TrainerException("training stopped: " + what + "\n  Try a lower training.learning_rate or "
            + "model.precision fp32. The last good checkpoint is "
            + checkpoints.newestVerified(skipped -> { }).map(good -> good.folder().toString()).orElse("none yet"),
            cause);
    }

    private void evaluateAndSave() {
        boolean last = step == plan.steps();
        int every = plan.config().checkpoint().every();
        boolean due = last || every > 0 && step % every == 0;
        int evaluateEvery = plan.config().evaluation().every();
        boolean improved = false;
        if (evaluateEvery > 0 && (due || step % evaluateEvery == 0)) {
            double score = evaluate(step);
            improved = improves(score);
            LOG.info(String.format(Locale.ROOT, "step %d  %s %.2f%s", step, name(), score, improved ? "  best" : ""));
            if (improved) {
                bestScore = score;
                bestStep = step;
            }
        }
        if (due || improved) {
            save();
            if (improved) {
                checkpoints.markBest(step);
            }
            checkpoints.prune(plan.config().checkpoint().keep(), bestStep == null ? Set.of() : Set.of(bestStep));
        }
    }

    private double evaluate(long atStep) {
        StsTask task = plan.selection().orElseThrow();
        try (ProgressDisplay display = new ProgressDisplay(Screen.stderr(), "evaluating", "sentences", 0, 0)) {
            EvaluationResult result = new StsEvaluator(
                new ModelEmbedder(session.model(), new StopSignal()), display::update).evaluate(List.of(task),
                    (scored, cosines, score) -> keep(atStep, scored, cosines, score.spearman()));
            metrics.evaluated(atStep, result);
            return result.scores().get(0).spearman();
        } catch (EvaluationException e) {
            throw diverged("step " + atStep + ": " + e.getMessage(), e);
        }
    }

    /** Keeps the cosines of the untrained model and of the best one so far. */
    private void keep(long atStep, StsTask task, double[] cosines, double score) {
        if (atStep == 0 || improves(score)) {
            journal.scored(atStep == 0 ? RunJournal.Side.BEFORE : RunJournal.Side.AFTER, atStep, task, cosines, score);
            journal.save();
        }
    }

    private boolean improves(double score) {
        return Double.isFinite(score) && (bestScore == null || score > bestScore);
    }

    private String name() {
        return plan.selection().orElseThrow().name();
    }

    private void save() {
        RunConfig config = plan.config();
        LossScale scale = session.trainer().lossScale();
        TrainerState state = new TrainerState(step, plan.steps(), (double) rowsConsumed / plan.triples().size(),
            rowsConsumed, config.training().seed(), session.trainer().microBatchTokens(),
            config.evaluation().selectBy(), bestScore, bestStep, scale.dynamic() ? scale.scale() : null,
            scale.goodSteps(), skips);
        checkpoints.save(step, CheckpointFiles.of(plan, session, state));
        saved = true;
    }

    private Outcome stopped() {
        LOG.info("stopped   after step {} of {}; go on with: oneword train --resume {}", step, plan.steps(),
            folder.path());
        return new Outcome(false, step, folder.path(), Optional.empty());
    }

    /** Tests the best checkpoint, or the last where nothing was evaluated, beside the untrained model. */
    private String finish() {
        long chosen = bestStep == null ? step : bestStep;
        if (bestStep == null) {
            checkpoints.markBest(step);
        }
        Memory.peak().ifPresent(bytes -> LOG.info("memory    at most {}", Memory.format(bytes)));
        Checkpoint best = checkpoints.best().orElseThrow(
            () -> new TrainerException(folder.path() + ": the best checkpoint, of step " + chosen + ", is gone"));
        return report.after(best, chosen, plan.steps());
    }

    @Override
    public void close() {
        session.close();
        metrics.close();
        log.close();
        folder.close();
    }
}
