package oneword.trainer.leaderboard;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oneword.data.sts.StsReader;
import oneword.data.transfer.TransferReader;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.LeaderboardConfig;
import oneword.trainer.config.RunConfig;
import oneword.trainer.evaluation.Task;
import oneword.trainer.evaluation.TaskList;

/**
 * A task of the leaderboard.
 *
 * @param task its data
 * @param sentences its distinct sentences, in their order
 * @param sha256 of all sentences and what is to be found for them
 * @param files where it was read from
 */
record BoardTask(Task task, List<String> sentences, String sha256, List<Path> files) {

    private static final Map<String, String> LABELS =
        Map.of(TaskList.STS_BENCHMARK, "STS-B", TaskList.DEV, "STS-B dev");

    static List<BoardTask> read(LeaderboardConfig config, InputPaths paths) {
        Optional<Path> data = Optional.ofNullable(config.data()).map(paths::find);
        TaskList list = TaskList.parse(config.tasks());
        List<Task> tasks = list.read(data, config.protocol(), paths::find);
        List<BoardTask> read = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            String name = list.names().get(i);
            List<Path> files = tasks.get(i) instanceof Task.Transfer
                ? TransferReader.files(name, data.orElseThrow())
                : RunConfig.Evaluation.isFile(name)
                    ? List.of(paths.find(name)) : StsReader.files(name, data.orElseThrow(), config.protocol());
            read.add(of(tasks.get(i), files));
        }
        return read;
    }

    static BoardTask of(Task task, List<Path> files) {
        return new BoardTask(task, task.sentences().distinct().toList(), sha256(task), files);
    }

    private static String sha256(Task task) {
        Digest digest = new Digest();
        if (task instanceof Task.Sts graded) {
            graded.sts().pairs().forEach(
                pair -> digest.add(pair.sentence1()).add(pair.sentence2()).add(pair.score()));
        } else if (task instanceof Task.Transfer labelled) {
            digest.add(labelled.transfer().train().size()).add(labelled.transfer().dev().size());
            labelled.transfer().examples().forEach(example -> {
                example.sentences().forEach(digest::add);
                digest.add(example.label());
            });
        }
        return digest.hex();
    }

    Column column(FileHashes hashes) {
        int scored = 0;
        if (task instanceof Task.Sts graded) {
            scored = graded.sts().pairs().size();
        } else if (task instanceof Task.Transfer labelled) {
            int test = labelled.transfer().test().size();
            scored = test > 0 ? test : labelled.transfer().train().size();
        }
        return new Column(task.name(), LABELS.getOrDefault(task.name(), task.name()), task instanceof Task.Transfer,
            scored, sentences.size(), sha256,
            files.stream().map(file -> new Column.DataFile(file.toString(), hashes.of(file))).toList());
    }
}
