package oneword.trainer.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import oneword.data.batch.BatchEncoder;
import oneword.data.batch.BatchStream;
import oneword.data.batch.EncodedBatch;
import oneword.data.sts.StsTask;
import oneword.trainer.TrainerException;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.CheckpointException;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.checkpoint.TrainerState;
import oneword.trainer.config.ConfigWriter;
import oneword.trainer.config.RunConfig;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.StsEvaluator;
import oneword.trainer.evaluation.Task;
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
    private static final int ROWS_NAMED = 10;

    private final RunPlan plan;
    private final RunFolder folder;
    private final CheckpointStore checkpoints;
    private final StopSignal stop;
    private final Deque<Runnable> open = new ArrayDeque<>();
    private final RunMetrics metrics;
    private final Session session;
    private final RunJournal journal;
    private final BeforeAndAfter report;
    private long step;
    private Double bestScore;
    private Long bestStep;
    private long rowsConsumed;
    private int skips;
    private boolean evaluationPending;
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
        open.push(folder::close);
        boolean ready = false;
        try {
            open.push(new RunLog(folder.log())::close);
            Optional<Checkpoint> from = checkpoints.newestVerified(LOG::warn);
            Optional<TrainerState> state =
                from.map(checkpoint -> TrainerState.read(checkpoint.file(TrainerState.FILE_NAME)));
            if (state.isEmpty()) {
                folder.write(folder.config(), ConfigWriter.toYaml(plan.config()));
            }
            Environment environment = Environment.of(plan);
            if (state.isPresent()) {
                environment.requireSameInputs(plan, folder);
                restore(state.get());
                folder.write(folder.config(), ConfigWriter.toYaml(plan.config()));
            }
            environment.write(folder);
            tidy(state.isPresent() ? step : -1);
            metrics = new RunMetrics(folder, state.isPresent() ? step : -1, plan.config());
            open.push(metrics::close);
            session = new Session(plan, from, state, initial, metrics);
            open.push(session::close);
            journal = new RunJournal(folder);
            report = new BeforeAndAfter(plan, folder, session.model(), journal, stop);
            saved = from.isPresent();
            ready = true;
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    private void restore(TrainerState state) {
        if (state.seed() != plan.config().training().seed() || state.stepsTotal() != plan.steps()) {
            throw new TrainerException(folder.path() + ": its checkpoint belongs to a run with seed " + state.seed()
                + " and " + state.stepsTotal() + " steps, this one has seed " + plan.config().training().seed()
                + " and " + plan.steps() + " steps. Was " + plan.dataFile() + " changed?");
        }
        String selectBy = plan.config().evaluation().selectBy();
        if (state.bestScore() != null && !state.selectBy().equals(selectBy)) {
            throw new TrainerException(folder.path() + ": its best checkpoint was chosen by " + state.selectBy()
                + ", whose scores cannot be compared with those of " + selectBy
                + "; leave evaluation.select_by as it is, or start a new run");
        }
        step = state.step();
        bestScore = state.bestScore();
        bestStep = state.bestStep();
        rowsConsumed = state.rowsConsumed();
        skips = state.consecutiveSkips();
        evaluationPending = state.evaluationPending();
        LOG.info("resumed   after step {} of {}", step, plan.steps());
    }

    /** Does what a run that died between two changes of its folder left undone. */
    private void tidy(long lastStep) {
        for (Path aside : checkpoints.setAsideAfter(lastStep)) {
            LOG.warn("what was not whole is kept as {}", aside);
        }
        if (bestStep != null && checkpoints.list().stream().noneMatch(kept -> kept.step() == bestStep)) {
            LOG.warn("the best checkpoint so far, of step {}, is gone: the next evaluation chooses anew", bestStep);
            bestStep = null;
            bestScore = null;
        }
        checkpoints.repairBest(Optional.ofNullable(bestStep));
        if (lastStep >= 0) {
            prune();
        }
    }

    /** Runs to the last step, or until a stop is asked for. */
    public Outcome run() {
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
            Stream.concat(plan.selection().stream(), plan.tasks().stream().filter(Task.Sts.class::isInstance)
                .map(task -> ((Task.Sts) task).sts())).toList());
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
            if (evaluationPending) {
                evaluationPending = false;
                evaluateAndSave();
            }
            train();
            if (step < plan.steps()) {
                return stopped();
            }
            stop.check();
            return new Outcome(true, step, folder.path(), Optional.of(finish()));
        } catch (StopSignal.StoppedException e) {
            return stopped();
        } catch (CheckpointException e) {
            throw withWayOut(e);
        }
    }

    private CheckpointException withWayOut(CheckpointException failure) {
        Optional<Checkpoint> newest = Files.isDirectory(folder.path())
            ? checkpoints.newestVerified(skipped -> { }) : Optional.empty();
        return newest.isEmpty() ? failure : new CheckpointException(failure.getMessage() + "\n  "
            + newest.get().folder() + " is whole. When the cause is gone: oneword train --resume " + folder.path(),
            failure);
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
        int[] rows = Arrays.copyOf(batch.rows(), Math.min(ROWS_NAMED, batch.rows().length));
        String what = "step " + result.step() + ": loss " + result.loss() + ", gradient norm " + result.gradientNorm()
            + "; not applied. Rows " + Arrays.toString(rows) + (batch.rows().length > rows.length ? " and more" : "")
            + " of " + plan.dataFile() + (plan.decontamination().isPresent() ? " less those left out" : "");
        LOG.warn(what);
        if (skips > SKIPS_ALLOWED) {
            throw diverged(skips + " steps in a row were not finite, the last was " + what, step - skips, null);
        }
    }

    /**
     * Reports numbers that are not finite, and leaves as the newest checkpoint one that is known to be good.
     *
     * @param what happened
     * @param suspect step whose update made the weights that led there
     * @param cause nullable
     */
    private TrainerException diverged(String what, long suspect, Throwable cause) {
        boolean proven = bestStep != null && bestStep >= suspect;
        List<Path> aside = checkpoints.setAsideAfter(proven ? bestStep : suspect - 1);
        String why = Divergence.cause(plan, session.model().decoder().adapter().orElseThrow());
        return new TrainerException("training stopped: " + what + "\n  Cause: " + why
            + "\n  Try a lower training.learning_rate or model.precision fp32. The last good checkpoint is "
            + checkpoints.newestVerified(skipped -> { }).map(good -> good.folder()
                + "; a new run goes on from it with lora.initialize_from").orElse("none yet")
            + (aside.isEmpty() ? "" : "\n  What was saved after it is set aside: " + aside.stream()
                .map(path -> path.getFileName().toString()).collect(Collectors.joining(", "))),
            cause);
    }

    private void evaluateAndSave() {
        boolean last = step == plan.steps();
        int every = plan.config().checkpoint().every();
        boolean due = last || every > 0 && step % every == 0;
        int evaluateEvery = plan.config().evaluation().every();
        boolean improved = evaluateEvery > 0 && (due || step % evaluateEvery == 0) && evaluatesBest();
        // After a step that was left out the weights are those that it failed with.
        if (due && skips == 0 || improved || last) {
            save();
            if (improved) {
                checkpoints.markBest(step);
            }
            prune();
        }
    }

    private void prune() {
        checkpoints.prune(plan.config().checkpoint().keep(), bestStep == null ? Set.of() : Set.of(bestStep));
    }

    private boolean evaluatesBest() {
        double score;
        try {
            score = evaluate(step);
        } catch (StopSignal.StoppedException e) {
            evaluationPending = true;
            save();
            throw e;
        }
        boolean improved = improves(score);
        LOG.info(String.format(Locale.ROOT, "step %d  %s %.2f%s", step, name(), score, improved ? "  best" : ""));
        if (improved) {
            bestScore = score;
            bestStep = step;
        }
        return improved;
    }

    private double evaluate(long atStep) {
        StsTask task = plan.selection().orElseThrow();
        try (ProgressDisplay display = new ProgressDisplay(Screen.stderr(), "evaluating", "sentences", 0, 0)) {
            EvaluationResult result = new StsEvaluator(
                new ModelEmbedder(session.model(), stop), display::update).evaluate(List.of(task),
                    (scored, cosines, score) -> keep(atStep, scored, cosines, score.spearman()));
            metrics.evaluated(atStep, result);
            return result.scores().get(0).spearman();
        } catch (EvaluationException e) {
            throw diverged("step " + atStep + ": " + e.getMessage(), atStep, e);
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
            scale.goodSteps(), skips, evaluationPending);
        metrics.sync();
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

    /** Closes everything, the latest first, also where closing one part fails. */
    @Override
    public void close() {
        if (!open.isEmpty()) {
            try {
                open.pop().run();
            } finally {
                close();
            }
        }
    }
}
