package oneword.trainer.leaderboard;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A leaderboard as JSON, for programs:
 *
 * <pre>
 * {"date": "…", "protocol": "senteval", "device": "cpu", "versions": {"oneword": "…", "pytorch": "…", …},
 *  "tasks": [{"task": "STS12", "scored": 3108, "sentences": 5000, "sha256": "…", "files": {"PATH": "sha256"}}],
 *  "rows": [{"name": "…", "model": "…", "revision": "…", "adapter": "…", "prompt": "…", "precision": "fp32",
 *            "vectors": "…", "training": {"run": "…", "step": 30, "seed": 42},
 *            "scores": {"STS12": 62.2213}, "average": 67.4571, "transfer_average": 85.1,
 *            "published": {"id": "…", "source": "…", "scores": {…}, "average": 67.46},
 *            "difference": {"scores": {…}, "average": -0.01},
 *            "sentences": 4711, "seconds": 12.5, "shortened": 0, "failure": "…"}],
 *  "references": [{"id": "…", "label": "…", "source": "…", "scores": {…}, "average": 84.96}]}
 * </pre>
 *
 * <p>Scores are × 100 and not rounded. A key is absent where there is nothing to say.
 */
final class JsonForm {

    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonForm() {}

    static String of(LeaderboardReport report) {
        ObjectNode root = JSON.createObjectNode();
        root.put("date", report.date().toString()).put("protocol", report.protocol().id())
            .put("device", report.device());
        ObjectNode versions = root.putObject("versions");
        report.versions().forEach(versions::put);
        for (Column column : report.columns()) {
            ObjectNode task = root.withArray("tasks").addObject();
            task.put("task", column.task()).put("scored", column.scored()).put("sentences", column.sentences())
                .put("sha256", column.sha256());
            ObjectNode files = task.putObject("files");
            column.files().forEach(file -> files.put(file.path(), file.sha256()));
        }
        report.rows().forEach(row -> put(root.withArray("rows").addObject(), report, row));
        for (PublishedScores reference : report.references()) {
            put(root.withArray("references").addObject(), reference);
        }
        return root.toPrettyString() + "\n";
    }

    private static void put(ObjectNode json, LeaderboardReport report, Row row) {
        json.put("name", row.name());
        row.facts().ifPresent(facts -> {
            json.put("model", facts.model()).put("revision", facts.revision());
            facts.adapter().ifPresent(adapter -> json.put("adapter", adapter));
            json.put("prompt", facts.prompt()).put("precision", facts.precision()).put("vectors", facts.vectors());
            facts.origin().ifPresent(origin -> {
                ObjectNode training = json.putObject("training").put("run", origin.run()).put("step", origin.step());
                origin.seed().ifPresent(seed -> training.put("seed", seed));
            });
        });
        row.result().ifPresent(result -> {
            put(json.putObject("scores"), report, row::score);
            put(json, "average", row.average());
            put(json, "transfer_average", row.transferAverage());
        });
        row.published().ifPresent(published -> {
            put(json.putObject("published"), published);
            ObjectNode difference = json.putObject("difference");
            put(difference.putObject("scores"), report, task -> report.difference(row, task));
            put(difference, "average", report.differenceOfAverages(row));
        });
        row.speed().ifPresent(speed -> json.put("sentences", speed.embedded()).put("seconds", speed.seconds())
            .put("shortened", speed.shortened()));
        row.failure().ifPresent(failure -> json.put("failure", failure));
    }

    private static void put(ObjectNode json, PublishedScores published) {
        json.put("id", published.id()).put("label", published.label()).put("source", published.source());
        ObjectNode scores = json.putObject("scores");
        published.scores().entrySet().stream().sorted(Map.Entry.comparingByKey())
            .forEach(score -> scores.put(score.getKey(), score.getValue()));
        json.put("average", published.average());
    }

    private static void put(ObjectNode json, LeaderboardReport report, Function<String, OptionalDouble> scores) {
        report.columns().forEach(column -> put(json, column.task(), scores.apply(column.task())));
    }

    private static void put(ObjectNode json, String key, OptionalDouble value) {
        value.ifPresent(number -> json.put(key, number));
    }
}
