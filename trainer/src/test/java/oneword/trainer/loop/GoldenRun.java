package oneword.trainer.loop;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.training.DefaultTrainingConfig;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import oneword.data.batch.EncodedBatch;
import oneword.lora.checkpoint.SafetensorsFile;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;
import oneword.trainer.hardware.MemoryGauge;
import oneword.trainer.loss.InfoNce;
import oneword.trainer.optimizer.AdamW;
import oneword.trainer.optimizer.WarmupSchedule;

/** A small model with an adapter in a trainer, for tests that compare with runs of PEFT. */
final class GoldenRun implements AutoCloseable {

    static final Path CURVE = Path.of("src/test/resources/golden/curve");
    static final Path LORA = Path.of("../lora/src/test/resources/golden");

    private final Model model;
    private final InfoNce loss;
    private final AdamW adamW;
    final ContrastiveTrainer trainer;
    final Decoder decoder;

    GoldenRun(Path base, Path adapter, double temperature, double hardNegativeWeight, WarmupSchedule schedule,
        StepSettings settings, OptionalDouble modelDropout) {
        this(base, adapter, temperature, hardNegativeWeight, schedule, settings, LossScale.none(), MemoryGauge.NONE,
            modelDropout);
    }

    GoldenRun(Path base, Path adapter, double temperature, double hardNegativeWeight, WarmupSchedule schedule,
        StepSettings settings, LossScale lossScale, MemoryGauge gauge, OptionalDouble modelDropout) {
        DecoderConfig config = Decoders.read(base);
        decoder = Decoders.load(base,
            modelDropout.isPresent() ? config.withDropout(modelDropout.getAsDouble()) : config,
            Precision.FP32, Device.cpu());
        decoder.loadAdapter(adapter, 0);
        model = Model.newInstance("oneword", Device.cpu(), "PyTorch");
        model.setBlock(decoder);
        loss = new InfoNce(temperature, hardNegativeWeight, Device.cpu());
        adamW = AdamW.create(decoder.adapter().orElseThrow().parameters(), 0, decoder.manager());
        trainer = new ContrastiveTrainer(model,
            new DefaultTrainingConfig(loss).optOptimizer(adamW).optDevices(new Device[] {Device.cpu()}),
            schedule, settings, lossScale, gauge);
    }

    static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static float[] tensor(Path file, String name) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            float[] values = new float[Math.toIntExact(tensors.info(name).elements())];
            tensors.map(name).asFloatBuffer().get(values);
            return values;
        }
    }

    static List<int[]> sentences(JsonNode lists) {
        List<int[]> sentences = new ArrayList<>();
        lists.forEach(list -> sentences.add(ids(list)));
        return sentences;
    }

    static int[] ids(JsonNode list) {
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = list.get(i).intValue();
        }
        return ids;
    }

    static EncodedBatch batch(long step, List<int[]> queries, List<int[]> positives, List<int[]> negatives) {
        int rows = queries.size();
        List<int[]> passages = new ArrayList<>(positives);
        passages.addAll(negatives);
        int[] numbers = new int[rows];
        int[] own = new int[rows];
        for (int i = 0; i < rows; i++) {
            numbers[i] = i;
            own[i] = negatives.isEmpty() ? -1 : rows + i;
        }
        return new EncodedBatch(step, 0, numbers, queries, passages, numbers, own);
    }

    @Override
    public void close() {
        trainer.close();
        adamW.close();
        loss.close();
        decoder.close();
        model.close();
    }
}
