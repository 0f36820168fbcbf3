package oneword.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import oneword.trainer.evaluation.TaskList;
import oneword.trainer.hardware.Memory;
import oneword.trainer.report.chart.Curve;

/** The top of the page: what came out, in one line, and the facts that one asks for first. */
final class Overview {

    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Page page;
    private final RunHistory run;

    Overview(Page page, RunHistory run) {
        this.page = page;
        this.run = run;
    }

    void write() {
        Status status = Status.of(run);
        page.body().open("header").open("p", "class", "kind").text("oneword training report")
            .element("span", status.text(), "class", "status " + status.key()).close().line()
            .element("h1", run.name()).line();
        page.body().element("p", result(run), "class", "result").line();
        Status.failure(run).ifPresent(message -> page.body().element("p", message, "class", "failure-message").line());
        page.body().close().line().open("dl", "class", "facts").line();
        facts();
        page.body().close().line();
    }

    /** What came out, in one sentence. */
    static String result(RunHistory run) {
        Optional<String> scored = ScoreRow.read(run.results()).entrySet().stream()
            .map(table -> result(table.getKey(), table.getValue())).flatMap(Optional::stream).findFirst();
        if (scored.isPresent()) {
            return scored.get();
        }
        Curve scores = run.scores().get(run.selection());
        if (scores != null && scores.size() > 0) {
            int best = CurveSection.best(scores);
            return run.selection() + ": " + Figures.score(scores.y()[0]) + " → " + Figures.score(scores.y()[best])
                + " (" + Figures.gain(scores.y()[0], scores.y()[best]) + ") at step "
                + Figures.count((long) scores.x()[best]) + " so far, Spearman × 100";
        }
        Curve loss = run.curve(RunHistory.Step::loss);
        return loss.size() == 0 ? "No step has been made yet" : "Loss " + Figures.plain(loss.y()[0]) + " → "
            + Figures.plain(loss.y()[loss.size() - 1]) + " over " + Figures.of(run.steps().size(), "step")
            + "; no task has been scored";
    }

    private static Optional<String> result(String measure, List<ScoreRow> rows) {
        return rows.stream().filter(ScoreRow::isMean).findFirst().or(() -> rows.stream().findFirst())
            .filter(row -> Double.isFinite(row.after()))
            .map(row -> {
                boolean seven = measure.equals("spearman") && row.isMean()
                    && rows.stream().map(ScoreRow::task).toList().containsAll(TaskList.STS);
                String what = seven ? "Average of the seven STS sets"
                    : row.isMean() ? "Average of " + row.n() + " tasks" : row.label();
                return what + ": " + Figures.score(row.before()) + " → " + Figures.score(row.after()) + " ("
                    + Figures.gain(row.before(), row.after()) + "), " + ScoreRow.measureName(measure);
            });
    }

    private void facts() {
        JsonNode config = run.config();
        JsonNode environment = run.environment();
        JsonNode lora = config.path("lora");
        JsonNode training = config.path("training");
        JsonNode model = run.journal().path("model");
        fact("Model", config.path("model").path("name").asText(), model.has("parameters")
            ? Figures.count(model.path("parameters").asLong()) + " parameters, frozen" : "");
        fact("Adapter", "LoRA, rank " + lora.path("rank").asText() + ", alpha "
            + Figures.plain(lora.path("alpha").asDouble()), adapter(model));
        fact("Data", last(config.path("data").path("train").asText()), data());
        fact("Batch", training.path("batch_size").asText() + " triples", "learning rate "
            + Figures.plain(training.path("learning_rate").asDouble()) + ", " + training.path("schedule").asText()
            + ", " + Figures.of(training.path("warmup_steps").asLong(), "warm-up step"));
        steps();
        speed();
        peakMemory().ifPresent(bytes -> fact("Memory", Memory.format(bytes), "the most the process held"));
        if (environment.has("device")) {
            fact("Device", environment.path("device").asText() + ", " + environment.path("precision").asText(),
                environment.path("device").asText().equals("cpu")
                    ? Figures.of(environment.path("threads").asLong(), "thread") : "");
            fact("Versions", "oneword " + environment.path("oneword").asText(), "PyTorch "
                + environment.path("pytorch").asText() + ", Java " + environment.path("java").asText() + ", "
                + environment.path("os").asText());
        }
        begin().ifPresent(time -> fact("Begun", TIME.format(time), sessions()));
    }

    private String adapter(JsonNode model) {
        String size = run.adapterBytes().isPresent() ? ", " + Memory.format(run.adapterBytes().getAsLong()) : "";
        if (!model.has("trainable_parameters")) {
            return size.replaceFirst("^, ", "");
        }
        long trainable = model.path("trainable_parameters").asLong();
        return Figures.count(trainable) + " parameters" + String.format(Locale.ROOT, " (%.2f %%)",
            100.0 * trainable / (trainable + model.path("parameters").asLong())) + size;
    }

    private String data() {
        long rows = run.journal().path("data").path("rows").asLong();
        double epochs = rows == 0 ? 0
            : (double) run.steps().stream().mapToLong(RunHistory.Step::triples).sum() / rows;
        return rows == 0 ? "" : Figures.of(rows, "row") + String.format(Locale.ROOT, ", %.2f epochs", epochs);
    }

    private void steps() {
        long total = run.journal().path("steps").asLong(run.lastStep());
        String best = run.best().isPresent() && !run.scores().isEmpty()
            ? "best checkpoint: step " + Figures.count(run.best().getAsLong())
            : run.newest().isPresent() ? "newest checkpoint: step " + Figures.count(run.newest().getAsLong())
            : "no checkpoint";
        fact("Steps", Figures.count(run.lastStep())
            + (total > run.lastStep() ? " of " + Figures.count(total) : ""), best);
    }

    private void speed() {
        double seconds = run.steps().stream().mapToDouble(RunHistory.Step::seconds).filter(Double::isFinite).sum();
        if (seconds > 0) {
            long triples = run.steps().stream().mapToLong(RunHistory.Step::triples).sum();
            long tokens = run.steps().stream().mapToLong(RunHistory.Step::tokens).sum();
            fact("Time", Figures.duration(seconds), "in training steps" + wholeTime());
            fact("Speed", String.format(Locale.ROOT, "%,.1f triples/s", triples / seconds),
                String.format(Locale.ROOT, "%,.0f tokens/s, padding not counted", tokens / seconds));
        }
    }

    private String wholeTime() {
        double seconds = sessionsWithEnd().mapToDouble(session -> Duration.between(
            time(session.path("started")).orElseThrow(), time(session.path("ended")).orElseThrow()).toSeconds()).sum();
        return seconds > 0 ? "; " + Figures.duration(seconds) + " with evaluations" : "";
    }

    private Optional<Long> peakMemory() {
        return stream(run.journal().path("sessions")).filter(session -> session.has("peak_memory_bytes"))
            .map(session -> session.path("peak_memory_bytes").asLong()).max(Long::compare);
    }

    private String sessions() {
        long resumed = stream(run.journal().path("sessions"))
            .filter(session -> session.path("from_step").asLong() > 0
                && session.path("to_step").asLong(Long.MAX_VALUE) > session.path("from_step").asLong()).count();
        return resumed == 0 ? "in one go" : "resumed " + (resumed == 1 ? "once" : resumed + " times");
    }

    private Optional<Instant> begin() {
        return stream(run.journal().path("sessions")).findFirst().flatMap(session -> time(session.path("started")));
    }

    private Stream<JsonNode> sessionsWithEnd() {
        return stream(run.journal().path("sessions"))
            .filter(session -> time(session.path("started")).isPresent() && time(session.path("ended")).isPresent());
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static Optional<Instant> time(JsonNode node) {
        try {
            return node.isTextual() ? Optional.of(Instant.parse(node.asText())) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private void fact(String name, String value, String more) {
        page.body().open("div").element("dt", name).open("dd").element("b", value).text(" ")
            .element("span", more).close().close().line();
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
