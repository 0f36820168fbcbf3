package oneword.trainer.run;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import oneword.data.batch.BatchPlan;
import oneword.data.nli.Decontamination;
import oneword.data.nli.Triple;
import oneword.data.prompt.PromptTemplate;
import oneword.data.sts.StsTask;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Precision;
import oneword.trainer.config.RunConfig;
import oneword.trainer.evaluation.Task;

/**
 * Everything that a run needs, read and checked before any weight is touched.
 *
 * @param config as resolved
 * @param modelFolder Hugging Face folder of the base model
 * @param decoder its sizes, with the dropout of this run
 * @param device where it runs
 * @param precision of the frozen weights, and why
 * @param prompt text around each sentence
 * @param lora the adapter's form
 * @param dataFile where the triples come from
 * @param decontamination what was left out of them because evaluation sets hold it; empty where nothing was asked for
 * @param triples the training rows: those that are left, up to the limit
 * @param batches their order
 * @param steps updates of the whole run
 * @param selection the task that selects the best checkpoint; empty where nothing is evaluated during training
 * @param tasks evaluated before and after
 * @param neighbours sentences whose nearest neighbours are shown before and after
 */
public record RunPlan(
    RunConfig config,
    Path modelFolder,
    DecoderConfig decoder,
    Device device,
    Precision.Choice precision,
    PromptTemplate prompt,
    LoraConfig lora,
    Path dataFile,
    Optional<Decontamination> decontamination,
    List<Triple> triples,
    BatchPlan batches,
    long steps,
    Optional<StsTask> selection,
    List<Task> tasks,
    List<String> neighbours) {
}
