package oneword.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.CheckpointException;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.checkpoint.MetricsLog;
import oneword.trainer.checkpoint.Storage;
import oneword.trainer.checkpoint.TrainerState;
import oneword.trainer.demonstration.ScoreLog;
import oneword.trainer.embedding.EmbeddingException;
import oneword.trainer.embedding.PromptFile;
import oneword.trainer.embedding.stream.RowFile;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.ResultsJson;
import oneword.trainer.hub.ModelLocator;
import oneword.trainer.report.ReportException;
import oneword.trainer.report.RunReport;
import oneword.trainer.tensorboard.EventWriter;

/** What earlier runs have left, whole, torn or forged. */
class RunFilesFuzzTest {

    private static final Map<String, String> SETTINGS = Map.of("model", "a");

    @FuzzTest
    void metricsThatAreCutBack(byte[] content) {
        HostileFile.isRead("cut/metrics.jsonl", content, CheckpointException.class,
            file -> MetricsLog.truncateAfter(file, 2, Storage.files()));
    }

    @FuzzTest
    void eventsThatAreCutBack(byte[] content) {
        HostileFile.isRead("events/events.out.tfevents.1700000000.host.1", content, ReportException.class,
            file -> EventWriter.truncateAfter(file.getParent(), 2, Storage.files()));
    }

    @FuzzTest
    void trainerState(byte[] content) {
        HostileFile.isRead("trainer_state.json", content, CheckpointException.class, TrainerState::read);
    }

    @FuzzTest
    void manifest(byte[] content) {
        HostileFile.write("run/checkpoints/step-000007/trainer_state.json", "{}".getBytes(StandardCharsets.UTF_8));
        HostileFile.isRead("run/checkpoints/step-000007/manifest.json", content, CheckpointException.class,
            file -> CheckpointStore.view(file.resolve("../../..").normalize()).newestVerified(skipped -> { }));
    }

    @FuzzTest
    void best(byte[] content) {
        HostileFile.write("marked/checkpoints/step-000007/trainer_state.json", new byte[0]);
        HostileFile.isRead("marked/best", content, CheckpointException.class,
            file -> CheckpointStore.view(file.getParent()).best());
    }

    @FuzzTest
    void prompt(byte[] content) {
        HostileFile.isRead("prompted/prompt.json", content, EmbeddingException.class,
            file -> PromptFile.read(file.getParent()));
    }

    @FuzzTest
    void unfinishedVectors(byte[] content) {
        HostileFile.write("vectors/.v.jsonl.unfinished", "[1.0]\n[2.0]\n[3.".getBytes(StandardCharsets.UTF_8));
        HostileFile.isRead("vectors/.v.jsonl.unfinished.json", content, EmbeddingException.class, state ->
            RowFile.ofVectors(state.resolveSibling("v.jsonl"), SETTINGS, true, told -> { }).close());
    }

    @FuzzTest
    void scoresOfDemonstrations(byte[] content) {
        HostileFile.isRead("scores.jsonl", content, EvaluationException.class,
            file -> ScoreLog.open(file, SETTINGS, true, told -> { }).close());
    }

    @FuzzTest
    void results(byte[] content) {
        HostileFile.isRead("results.json", content, EvaluationException.class, ResultsJson::read);
    }

    @FuzzTest
    void reportOfMetrics(byte[] content) {
        report("metered/metrics.jsonl", content);
    }

    @FuzzTest
    void reportOfJournal(byte[] content) {
        report("told/report.json", content);
    }

    @FuzzTest
    void reportOfTheRest(byte[] content) {
        for (String name : new String[] {"environment.json", "results.json"}) {
            HostileFile.write("rest/" + name, content);
        }
        report("rest/config.yaml", content);
    }

    @FuzzTest
    void indexInTheCache(byte[] content) {
        Path snapshot = HostileFile.write("cache/models--a--b/snapshots/0123456789/config.json", new byte[0])
            .getParent();
        HostileFile.isRead("cache/models--a--b/snapshots/0123456789/model.safetensors.index.json", content,
            TrainerException.class, file -> new ModelLocator(snapshot, snapshot,
                Map.of("HF_HUB_CACHE", snapshot.resolve("../../..").normalize().toString())).findHere(
                    "a/b", "0123456789"));
    }

    @FuzzTest
    void refInTheCache(byte[] content) {
        HostileFile.isRead("named/models--a--b/refs/main", content, TrainerException.class,
            file -> new ModelLocator(file, file, Map.of("HF_HUB_CACHE", file.resolve("../../..").normalize().toString(),
                "HF_HUB_OFFLINE", "1")).findHere("a/b", "main"));
    }

    private static void report(String name, byte[] content) {
        HostileFile.isRead(name, content, ReportException.class, file -> RunReport.write(file.getParent()));
    }
}
