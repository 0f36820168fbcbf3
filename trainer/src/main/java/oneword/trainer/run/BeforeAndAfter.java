package oneword.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.evaluation.EvaluationDisplay;
import oneword.trainer.evaluation.EvaluationReport;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.Evaluator;
import oneword.trainer.evaluation.Neighbour;
import oneword.trainer.evaluation.NeighbourTable;
import oneword.trainer.evaluation.Neighbours;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.evaluation.ResultsJson;
import oneword.trainer.evaluation.ScoreTable;
import oneword.trainer.progress.Screen;
import oneword.trainer.report.RunJournal;

/**
 * Tests the untrained model and the chosen checkpoint on the run's tasks and puts them side by side.
 *
 * <p>{@code results.json} holds {@code before} as soon as it is known, so that a run that goes on later still has it,
 * and {@code after} at the end.
 */
final class BeforeAndAfter {

    private static final int NEIGHBOURS_SHOWN = 6;

    private final RunPlan plan;
    private final RunFolder folder;
    private final SentenceModel model;
    private final RunJournal journal;
    private final StopSignal stop;

    BeforeAndAfter(RunPlan plan, RunFolder folder, SentenceModel model, RunJournal journal, StopSignal stop) {
        this.plan = plan;
        this.folder = folder;
        this.model = model;
        this.journal = journal;
        this.stop = stop;
    }

    /** One side of the comparison. */
    private record Side(Optional<EvaluationResult> scores, List<Neighbour> neighbours) {}

    /** Tests the untrained model. */
    void before() {
        write("before", test(model, RunJournal.Side.BEFORE, 0));
        journal.save();
    }

    /**
     * Tests a checkpoint.
     *
     * @param checkpoint the chosen one
     * @param step its step
     * @param steps of the whole run
     * @return tables for people
     */
    String after(Checkpoint checkpoint, long step, long steps) {
        Side after;
        if (step == steps) {
            after = test(model, RunJournal.Side.AFTER, step);
        } else {
            try (SentenceModel chosen = SentenceModel.load(plan.modelFolder(), plan.decoder(), plan.prompt(),
                plan.config().prompt().maxSentenceTokens(), plan.precision().precision(), plan.device())) {
                chosen.decoder().loadAdapter(checkpoint.folder(), 0);
                after = test(chosen, RunJournal.Side.AFTER, step);
            }
        }
        Side before = read("before");
        write("after", after);
        journal.save();
        List<String> parts = new ArrayList<>();
        if (after.scores().isPresent()) {
            ScoreTable table = new ScoreTable(plan.config().evaluation().protocol());
            before.scores().ifPresent(scores -> table.row("untrained", scores));
            table.row("trained (step " + step + ")", after.scores().get());
            before.scores().ifPresent(scores -> table.gain("gain"));
            parts.add(table.plain());
        }
        if (!plan.neighbours().isEmpty()) {
            parts.add(NeighbourTable.plain(plan.neighbours(), before.neighbours(), after.neighbours(),
                NEIGHBOURS_SHOWN));
        }
        return String.join("\n", parts);
    }

    private Side test(SentenceModel tested, RunJournal.Side side, long step) {
        ModelEmbedder embedder = new ModelEmbedder(tested, stop);
        List<String> sentences = plan.neighbours().isEmpty() ? RunJournal.SAMPLE : plan.neighbours();
        float[][] vectors = embedder.embed(sentences);
        List<Neighbour> neighbours = plan.neighbours().isEmpty() ? List.of() : Neighbours.nearest(vectors);
        journal.sentences(side, step, sentences, vectors);
        if (plan.tasks().isEmpty()) {
            return new Side(Optional.empty(), neighbours);
        }
        try (EvaluationDisplay display = new EvaluationDisplay(Screen.stderr(), "testing")) {
            Progress classifying = (done, total) -> {
                stop.check();
                display.classifying().update(done, total);
            };
            return new Side(Optional.of(
                new Evaluator(embedder, display.embedding(), classifying).evaluate(plan.tasks(),
                    (task, cosines, score) -> journal.scored(side, step, task, cosines, score.spearman())).result()),
                neighbours);
        }
    }

    private void write(String side, Side tested) {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        try {
            ObjectNode root = root(mapper);
            ObjectNode node = root.putObject(side);
            if (tested.scores().isPresent()) {
                node.setAll((ObjectNode) mapper.readTree(ResultsJson.format(new EvaluationReport(
                    tested.scores().get(), plan.config().model().name(), Optional.empty(), plan.prompt().template(),
                    plan.config().evaluation().protocol().id(), OptionalInt.empty(), OptionalDouble.empty(),
                    Map.of()))));
            }
            for (Neighbour neighbour : tested.neighbours()) {
                node.withArray("neighbours").add(mapper.valueToTree(neighbour));
            }
            folder.write(folder.results(), mapper.writeValueAsString(root) + "\n");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Side read(String side) {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode node = root(mapper).path(side);
        List<Neighbour> neighbours = new ArrayList<>();
        for (JsonNode neighbour : node.path("neighbours")) {
            neighbours.add(mapper.convertValue(neighbour, Neighbour.class));
        }
        Optional<EvaluationResult> scores = node.has("tasks")
            ? Optional.of(ResultsJson.parse(node, folder.results()).result()) : Optional.empty();
        return new Side(scores, neighbours);
    }

    private ObjectNode root(ObjectMapper mapper) {
        if (!Files.isRegularFile(folder.results())) {
            return mapper.createObjectNode();
        }
        try {
            return mapper.readTree(Files.readString(folder.results())) instanceof ObjectNode object
                ? object : mapper.createObjectNode();
        } catch (IOException e) {
            throw new UncheckedIOException(String.format(Locale.ROOT, "%s: %s", folder.results(), e.getMessage()), e);
        }
    }
}
