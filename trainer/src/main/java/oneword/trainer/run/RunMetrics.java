package oneword.trainer.run;

import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import java.util.LinkedHashMap;
import java.util.Map;
import oneword.trainer.checkpoint.MetricsLog;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.config.ConfigWriter;
import oneword.trainer.config.RunConfig;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.TaskScore;
import oneword.trainer.loop.ContrastiveTrainer;
import oneword.trainer.loop.StepResult;
import oneword.trainer.tensorboard.EventWriter;

/** Writes every step and evaluation to metrics.jsonl and to TensorBoard's event file. */
final class RunMetrics extends TrainingListenerAdapter implements TrainingListener, AutoCloseable {

    private final RunFolder folder;
    private final MetricsLog log;
    private final EventWriter events;

    /**
     * Opens both files, cut back to a step.
     *
     * @param folder of the run
     * @param lastStep the step to go on after; -1 begins anew
     * @param config shown in TensorBoard when a run begins
     */
    RunMetrics(RunFolder folder, long lastStep, RunConfig config) {
        this.folder = folder;
        MetricsLog.truncateAfter(folder.metrics(), lastStep, folder.storage());
        EventWriter.truncateAfter(folder.path(), lastStep, folder.storage());
        log = MetricsLog.open(folder.metrics(), folder.storage());
        boolean open = false;
        try {
            events = EventWriter.open(folder.path(), folder.storage());
            open = true;
        } finally {
            if (!open) {
                log.close();
            }
        }
        if (lastStep < 0) {
            events.text("config", 0, "```yaml\n" + ConfigWriter.toYaml(config) + "```");
            events.flush();
        }
    }

    @Override
    public void onTrainingBatch(Trainer trainer, BatchData batchData) {
        folder.requirePresent();
        StepResult step = ((ContrastiveTrainer) trainer).lastStep();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step.step());
        line.put("epoch", step.epoch());
        line.put("loss", step.loss());
        line.put("learning_rate", step.learningRate());
        line.put("grad_norm", step.gradientNorm());
        line.put("triples", step.triples());
        line.put("tokens", step.tokens());
        line.put("seconds", step.seconds());
        log.append(line);
        events.scalar("train/loss", step.step(), step.loss());
        events.scalar("train/learning_rate", step.step(), step.learningRate());
        events.scalar("train/grad_norm", step.step(), step.gradientNorm());
        events.scalar("train/triples_per_second", step.step(), step.triples() / step.seconds());
        events.flush();
    }

    /** Records scores, Spearman × 100. */
    void evaluated(long step, EvaluationResult result) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        for (TaskScore score : result.scores()) {
            line.put("eval/" + score.task(), score.spearman());
            events.scalar("eval/" + score.task(), step, score.spearman());
        }
        log.append(line);
        events.flush();
    }

    /** Makes all of it durable, as it must be before a checkpoint of the same step is. */
    void sync() {
        folder.requirePresent();
        log.sync();
        events.sync();
        folder.syncNames();
    }

    @Override
    public void close() {
        log.close();
        events.close();
    }
}
