import ai.djl.Device;
import ai.djl.Model;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.DefaultTrainingConfig;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import oneword.data.batch.BatchEncoder;
import oneword.data.batch.BatchPlan;
import oneword.data.batch.EncodedBatch;
import oneword.data.nli.Columns;
import oneword.data.nli.Triple;
import oneword.data.nli.TripleReader;
import oneword.data.prompt.PromptTemplate;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.TargetModule;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.hardware.MemoryGauge;
import oneword.trainer.loop.ContrastiveTrainer;
import oneword.trainer.loop.Keep;
import oneword.trainer.loop.LossScale;
import oneword.trainer.loop.StepResult;
import oneword.trainer.loop.StepSettings;
import oneword.trainer.loss.InfoNce;
import oneword.trainer.optimizer.AdamW;
import oneword.trainer.optimizer.WarmupSchedule;

/**
 * Times training steps by wall time and by the processor time of the whole process, which other programs disturb less,
 * and writes libtorch's profile of the last one. How to run it stands in bench/README.md.
 *
 * <p>System properties, with defaults: model, data (required), precision (bf16), batch (16), steps (6), microBatchTokens
 * (4096), rank (64), modelDropout (0), loraDropout (0), sharePrefix (true), keep (BATCH), trace (none; a file).
 */
public final class StepProfile {

    private static final int WARM_UP = 2;

    private StepProfile() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(text("model", null));
        int batch = Integer.getInteger("batch", 16);
        int steps = Integer.getInteger("steps", 6);
        Precision precision = Precision.valueOf(text("precision", "bf16").toUpperCase(Locale.ROOT));
        SentenceModel model = SentenceModel.load(folder, Decoders.read(folder).withDropout(number("modelDropout")),
            PromptTemplate.DEFAULT, 32, precision, Device.cpu());
        int rank = Integer.getInteger("rank", 64);
        model.decoder().addAdapter(new LoraConfig(rank, rank, number("loraDropout"),
            model.decoder().config().targetModules().stream().map(TargetModule::name).distinct().toList()), 1);
        ContrastiveTrainer trainer = trainer(model);
        List<Triple> triples = TripleReader.read(Path.of(text("data", null)), Columns.DEFAULT, batch * steps);
        BatchEncoder encoder = new BatchEncoder(triples, model.encoder());
        BatchPlan plan = new BatchPlan(triples, batch, 1, true);
        double seconds = 0;
        double wall = 0;
        long tokens = 0;
        long triplesDone = 0;
        String trace = System.getProperty("trace");
        for (int i = 0; i < steps; i++) {
            EncodedBatch rows = encoder.encode(i, 0, plan.epoch(0).get(i));
            boolean traced = trace != null && i == steps - 1;
            if (traced) {
                JniUtils.startProfile(false, true, false);
            }
            double before = processorSeconds();
            StepResult result = trainer.train(rows);
            if (i >= WARM_UP) {
                seconds += processorSeconds() - before;
                wall += result.seconds();
                tokens += result.tokens();
                triplesDone += result.triples();
            }
            if (traced) {
                JniUtils.stopProfile(trace);
            }
        }
        System.out.printf(Locale.ROOT, "%.2f triples, %.0f real tokens per second of processor time; %.2f and %.0f of wall "
            + "time%n", triplesDone / seconds, tokens / seconds, triplesDone / wall, tokens / wall);
    }

    private static ContrastiveTrainer trainer(SentenceModel model) {
        InfoNce loss = new InfoNce(0.05, 0, Device.cpu());
        AdamW optimizer =
            AdamW.create(model.decoder().adapter().orElseThrow().parameters(), 0, model.decoder().manager());
        Model holder = Model.newInstance("profile", Device.cpu(), "PyTorch");
        holder.setBlock(model.decoder());
        StepSettings settings = new StepSettings(Integer.getInteger("microBatchTokens", 4096), 1, 1,
            Keep.valueOf(text("keep", "BATCH")), false, Boolean.parseBoolean(text("sharePrefix", "true")));
        return new ContrastiveTrainer(holder,
            new DefaultTrainingConfig(loss).optOptimizer(optimizer).optDevices(new Device[] {Device.cpu()}),
            new WarmupSchedule(1e-3, 5, 1000, true), settings, LossScale.none(), MemoryGauge.NONE);
    }

    private static double processorSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    private static double number(String name) {
        return Double.parseDouble(text(name, "0"));
    }

    private static String text(String name, String missing) {
        String value = System.getProperty(name, missing);
        if (value == null) {
            throw new IllegalArgumentException("-D" + name + "=… is missing");
        }
        return value;
    }
}
