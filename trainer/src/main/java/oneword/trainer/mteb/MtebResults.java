package oneword.trainer.mteb;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import oneword.data.sts.StsTask;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.SentenceEmbedder;
import oneword.trainer.evaluation.Task;

/**
 * Writes scores as mteb's result cache keeps them, so that {@code mteb.ResultCache("DIR").load_results()} reads them
 * beside results of its own:
 *
 * <pre>
 * DIR/results/ORGANISATION__MODEL/REVISION/model_meta.json
 * DIR/results/ORGANISATION__MODEL/REVISION/STS12.json
 * </pre>
 *
 * <p>A result file holds {@code {dataset_revision, task_name, mteb_version, scores: {test: [{pearson, spearman,
 * cosine_pearson, cosine_spearman, manhattan_…, euclidean_…, main_score, hf_subset, languages}]}, evaluation_time,
 * kg_co2_emissions, date}}} (mteb 2.26, {@code TaskResult.to_disk}). Scores are fractions with six decimals,
 * {@code main_score} is {@code cosine_spearman}, {@code mteb_version} is null since mteb had no part in them.
 */
public final class MtebResults {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int DECIMALS = 6;

    private final Path folder;
    private final Clock clock;

    /**
     * Results below a folder.
     *
     * @param folder mteb's cache folder, made where needed
     */
    public MtebResults(Path folder) {
        this(folder, Clock.systemUTC());
    }

    MtebResults(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Finds out, before vectors are made, whether their results could be written. Makes no file or folder.
     *
     * @param model whose results they will be
     * @throws EvaluationException if they could not
     */
    public void check(MtebModel model) {
        Path there = place(model).toAbsolutePath();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new EvaluationException("cannot write results for mteb below " + folder + ": " + there
                + (Files.isDirectory(there) ? " may not be written to" : " is no folder") + ". Name another folder.");
        }
    }

    /**
     * Writes the results of one model; older ones of the same model and revision are replaced.
     *
     * @param model whose vectors they are
     * @param tasks read as {@link oneword.data.sts.StsProtocol#MTEB} has them; those of another kind than mteb's STS
     *     tasks are passed over
     * @param vectors gives the vectors of all sentences of a task at once
     * @param seconds wall time for each of the tasks, where known
     * @return the files that were written
     * @throws EvaluationException if a correlation is not defined or a file cannot be written
     */
    public List<Path> write(MtebModel model, List<Task> tasks, SentenceEmbedder vectors, OptionalDouble seconds) {
        List<Path> files = new ArrayList<>();
        for (Task task : tasks) {
            if (task instanceof Task.Sts graded && MtebTask.named(task.name()).isPresent()) {
                files.add(write(model, graded.sts(), vectors, seconds));
            }
        }
        return files;
    }

    /**
     * Writes the result of one task.
     *
     * @param model whose vectors they are
     * @param task one of {@link MtebTask#all()}
     * @param vectors gives the vectors of all sentences of the task at once
     * @param seconds wall time, where known
     * @return the file
     * @throws EvaluationException if a correlation is not defined or the file cannot be written
     */
    public Path write(MtebModel model, StsTask task, SentenceEmbedder vectors, OptionalDouble seconds) {
        MtebTask known = MtebTask.named(task.name()).orElseThrow(
            () -> new EvaluationException("mteb has no similarity task " + task.name()));
        TaskVectors found = TaskVectors.of(task, vectors);
        PairCorrelations correlations = PairCorrelations.of(task.pairs(), found::of);
        if (!correlations.isDefined()) {
            throw new EvaluationException(task.name() + ": a correlation is not defined, since all gold scores or all"
                + " similarities are equal; there is no result to write for mteb");
        }
        Path place = place(model);
        OptionalInt dimensions = model.dimensions().isPresent() ? model.dimensions() : found.dimensions();
        store(place.resolve("model_meta.json"), meta(model, dimensions));
        Path file = place.resolve(task.name() + ".json");
        store(file, result(known, correlations, seconds));
        return file;
    }

    private Path place(MtebModel model) {
        return folder.resolve("results").resolve(model.folder()).resolve(model.revision());
    }

    private ObjectNode result(MtebTask task, PairCorrelations correlations, OptionalDouble seconds) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("dataset_revision", task.revision());
        root.put("task_name", task.name());
        root.putNull("mteb_version");
        ObjectNode scores = root.putObject("scores").putArray(task.split()).addObject();
        scores.put("pearson", rounded(correlations.cosinePearson()));
        scores.put("spearman", rounded(correlations.cosineSpearman()));
        scores.put("cosine_pearson", rounded(correlations.cosinePearson()));
        scores.put("cosine_spearman", rounded(correlations.cosineSpearman()));
        scores.put("manhattan_pearson", rounded(correlations.manhattanPearson()));
        scores.put("manhattan_spearman", rounded(correlations.manhattanSpearman()));
        scores.put("euclidean_pearson", rounded(correlations.euclideanPearson()));
        scores.put("euclidean_spearman", rounded(correlations.euclideanSpearman()));
        scores.put("main_score", rounded(correlations.cosineSpearman()));
        scores.put("hf_subset", "default");
        scores.putArray("languages").add("eng-Latn");
        if (seconds.isPresent()) {
            root.put("evaluation_time", seconds.getAsDouble());
        } else {
            root.putNull("evaluation_time");
        }
        root.putNull("kg_co2_emissions");
        root.put("date", clock.millis() / 1e3);
        return root;
    }

    /** The keys of {@code ModelMeta.to_dict()}; null says that a thing is not known. */
    private static ObjectNode meta(MtebModel model, OptionalInt dimensions) {
        ObjectNode root = MAPPER.createObjectNode();
        root.putNull("loader");
        root.putObject("loader_kwargs");
        root.put("name", model.name());
        root.put("revision", model.revision());
        root.putNull("release_date");
        root.putArray("languages").add("eng-Latn");
        root.putNull("n_parameters");
        root.putNull("memory_usage_mb");
        root.putNull("max_tokens");
        if (dimensions.isPresent()) {
            root.put("embed_dim", dimensions.getAsInt());
        } else {
            root.putNull("embed_dim");
        }
        root.putNull("license");
        root.putNull("open_weights");
        root.putNull("public_training_code");
        root.putNull("public_training_data");
        root.putArray("framework").add("PyTorch");
        root.putNull("reference");
        root.put("similarity_fn_name", "cosine");
        root.put("use_instructions", false);
        root.putNull("training_datasets");
        root.put("adapted_from", model.adaptedFrom().orElse(null));
        root.putNull("superseded_by");
        root.putArray("modalities").add("text");
        root.putArray("model_type").add("dense");
        return root;
    }

    private static BigDecimal rounded(double correlation) {
        return BigDecimal.valueOf(correlation).setScale(DECIMALS, RoundingMode.HALF_EVEN);
    }

    private static void store(Path file, ObjectNode content) {
        Path unfinished = file.resolveSibling("." + file.getFileName() + ".unfinished");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(unfinished, content.toPrettyString() + "\n");
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new EvaluationException("cannot write the result for mteb to " + file + ": "
                + e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")"), e);
        }
    }
}
