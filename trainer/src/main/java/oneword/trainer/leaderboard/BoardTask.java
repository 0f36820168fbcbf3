package oneword.trainer.leaderboard;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.LeaderboardConfig;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.evaluation.ScoreTable;
import oneword.trainer.evaluation.SentenceEmbedder;
import oneword.trainer.evaluation.StsEvaluator;
import oneword.trainer.evaluation.TaskList;
import oneword.trainer.evaluation.TaskScore;

/**
 * A task of the leaderboard.
 *
 * @param task its data
 * @param sentences its distinct sentences, in their order
 */
record BoardTask(StsTask task, List<String> sentences) {

    private static final Map<String, String> LABELS =
        Map.of(TaskList.STS_BENCHMARK, "STS-B", TaskList.DEV, "STS-B dev");

    static List<BoardTask> read(LeaderboardConfig config, InputPaths paths) {
        Optional<Path> data = Optional.ofNullable(config.data()).map(paths::find);
        return TaskList.parse(config.tasks()).read(data, paths::find).stream().map(BoardTask::of).toList();
    }

    private static BoardTask of(StsTask task) {
        Set<String> sentences = new LinkedHashSet<>();
        for (GradedPair pair : task.pairs()) {
            sentences.add(pair.sentence1());
            sentences.add(pair.sentence2());
        }
        return new BoardTask(task, List.copyOf(sentences));
    }

    String protocol() {
        return ScoreTable.PROTOCOL;
    }

    TaskScore score(SentenceEmbedder embedder) {
        return new StsEvaluator(embedder, Progress.NONE).evaluate(List.of(task)).scores().get(0);
    }

    Column column(FileHashes hashes) {
        Digest digest = new Digest();
        for (GradedPair pair : task.pairs()) {
            digest.add(pair.sentence1()).add(pair.sentence2()).add(pair.score());
        }
        return new Column(task.name(), LABELS.getOrDefault(task.name(), task.name()), task.pairs().size(),
            sentences.size(), digest.hex(), List.of());
    }
}
