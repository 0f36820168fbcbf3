package oneword.trainer.run;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.listener.TrainingListener;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import oneword.lora.adapter.LoraAdapter;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.Precision;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.TrainerState;
import oneword.trainer.config.RunConfig;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.hardware.MemoryGauge;
import oneword.trainer.loop.ContrastiveTrainer;
import oneword.trainer.loop.LossScale;
import oneword.trainer.loop.StepSettings;
import oneword.trainer.loss.InfoNce;
import oneword.trainer.optimizer.AdamW;
import oneword.trainer.optimizer.WarmupSchedule;

/** The model, loss, optimiser and trainer of a run, which live and die together. */
final class Session implements AutoCloseable {

    /**
     * What {@code share_prefix: auto} means where rows would then share the prefix's dropout masks: no, since it costs
     * about a point of STSBenchmark-dev (docs/benchmarks.md).
     */
    private static final boolean SHARES_PREFIX_UNDER_DROPOUT = false;

    private final SentenceModel model;
    private final InfoNce loss;
    private final AdamW optimizer;
    private final Model holder;
    private final ContrastiveTrainer trainer;

    /**
     * Loads the weights and puts the adapter on.
     *
     * @param plan of the run
     * @param from checkpoint to go on from; empty begins anew
     * @param state saved with it
     * @param initial adapter to begin with; empty begins with a fresh one
     * @param listeners told of every step
     */
    Session(RunPlan plan, Optional<Checkpoint> from, Optional<TrainerState> state, Optional<Path> initial,
        TrainingListener... listeners) {
        RunConfig config = plan.config();
        model = SentenceModel.load(plan.modelFolder(), plan.decoder(), plan.prompt(),
            config.prompt().maxSentenceTokens(), plan.precision().precision(), plan.device());
        boolean ready = false;
        try {
            Decoder decoder = model.decoder();
            adapter(plan, from.map(Checkpoint::folder).or(() -> initial));
            loss = new InfoNce(config.loss().temperature(), config.loss().hardNegativeWeight(), plan.device());
            optimizer = AdamW.create(decoder.adapter().orElseThrow().parameters(), config.training().weightDecay(),
                decoder.manager());
            from.ifPresent(checkpoint -> optimizer.read(checkpoint.file(CheckpointFiles.OPTIMIZER)));
            holder = Model.newInstance("oneword", plan.device(), "PyTorch");
            holder.setBlock(decoder);
            trainer = new ContrastiveTrainer(holder,
                new DefaultTrainingConfig(loss)
                    .optOptimizer(optimizer)
                    .optDevices(new Device[] {plan.device()})
                    .addTrainingListeners(listeners),
                schedule(plan),
                settings(plan, state), lossScale(plan, state), MemoryGauge.of(plan.device()));
            ready = true;
        } finally {
            if (!ready) {
                model.close();
            }
        }
    }

    private void adapter(RunPlan plan, Optional<Path> folder) {
        if (folder.isEmpty()) {
            model.decoder().addAdapter(plan.lora(), plan.config().training().seed());
            return;
        }
        LoraAdapter adapter = model.decoder().loadAdapter(folder.get(), plan.lora().dropout());
        LoraConfig found = adapter.config();
        LoraConfig wanted = plan.lora();
        if (found.rank() != wanted.rank() || found.alpha() != wanted.alpha()
            || !new TreeSet<>(found.targets()).equals(new TreeSet<>(wanted.targets()))) {
            throw new TrainerException("lora: the adapter " + folder.get() + " has " + describe(found)
                + ", but the configuration says " + describe(wanted) + "; make them the same");
        }
    }

    private static String describe(LoraConfig lora) {
        return "rank " + lora.rank() + ", alpha " + lora.alpha() + " and targets " + new TreeSet<>(lora.targets());
    }

    private static StepSettings settings(RunPlan plan, Optional<TrainerState> state) {
        RunConfig.Training training = plan.config().training();
        return new StepSettings(state.map(TrainerState::microBatchTokens).orElse(training.microBatchTokens()),
            training.maxGradNorm(), training.seed(), MemoryPlan.keep(plan, MemoryPlan.mostBatchTokens(plan)),
            training.gradientCache() != RunConfig.Switch.OFF, sharesPrefix(plan));
    }

    private static boolean sharesPrefix(RunPlan plan) {
        RunConfig.Switch choice = plan.config().training().sharePrefix();
        if (choice != RunConfig.Switch.AUTO) {
            return choice == RunConfig.Switch.ON;
        }
        return SHARES_PREFIX_UNDER_DROPOUT || !plan.decoder().drops() && plan.lora().dropout() == 0;
    }

    private static LossScale lossScale(RunPlan plan, Optional<TrainerState> state) {
        if (plan.precision().precision() != Precision.FP16) {
            return LossScale.none();
        }
        return state.filter(saved -> saved.lossScale() != null)
            .map(saved -> new LossScale(saved.lossScale(), saved.lossScaleGoodSteps(), true))
            .orElse(LossScale.start());
    }

    private static WarmupSchedule schedule(RunPlan plan) {
        RunConfig.Training training = plan.config().training();
        return new WarmupSchedule(training.learningRate(), training.warmupSteps(), plan.steps(),
            training.schedule() == RunConfig.Schedule.LINEAR);
    }

    SentenceModel model() {
        return model;
    }

    ContrastiveTrainer trainer() {
        return trainer;
    }

    @Override
    public void close() {
        trainer.close();
        optimizer.close();
        loss.close();
        model.close();
        holder.close();
    }
}
