package oneword.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

    @TempDir
    private Path root;

    private Path finishedRun(String name, long configTime) throws IOException {
        try (RunFolder run = RunFolder.create(root, name)) {
            run.write(run.config(), "x: 1\n");
            Files.setLastModifiedTime(run.config(), FileTime.fromMillis(configTime));
            return run.path();
        }
    }

    @Test
    void theFilesHaveTheirPlaces() {
        try (RunFolder run = RunFolder.create(root.resolve("runs"), "a")) {
            Path path = root.resolve("runs/a");
            assertThat(run.path()).isEqualTo(path).isDirectory();
            assertThat(run.config()).isEqualTo(path.resolve("config.yaml"));
            assertThat(run.environment()).isEqualTo(path.resolve("environment.json"));
            assertThat(run.metrics()).isEqualTo(path.resolve("metrics.jsonl"));
            assertThat(run.log()).isEqualTo(path.resolve("log.txt"));
            assertThat(run.results()).isEqualTo(path.resolve("results.json"));
            assertThat(run.checkpoints().save(1, Map.of()).folder()).isEqualTo(path.resolve("checkpoints/step-000001"));
        }
    }

    @Test
    void aRunThatExistsIsNotStartedAgain() throws IOException {
        Path run = finishedRun("a", 1);
        assertThatThrownBy(() -> RunFolder.create(root, "a")).isInstanceOf(CheckpointException.class)
                .hasMessage(run + ": is there already; go on with it by --resume a or choose another name with --set"
                        + " run.name=…");
        assertThat(run.resolve("config.yaml")).hasContent("x: 1");
        RunFolder.open(run).close();
    }

    @Test
    void aRunThatCrashedBeforeItsConfigurationWasWrittenIsStartedAgain() throws IOException {
        try (RunFolder run = RunFolder.create(root, "a")) {
            Files.writeString(run.path().resolve(".config.yaml.tmp"), "x: ");
            Files.writeString(run.log(), "oneword 0.1.0");
        }
        try (RunFolder run = RunFolder.create(root, "a")) {
            assertThat(run.path().resolve(".config.yaml.tmp")).doesNotExist();
        }
    }

    @Test
    void onlyARunIsOpened() throws IOException {
        Path other = Files.createDirectory(root.resolve("other"));
        Path precious = Files.writeString(other.resolve(".precious.tmp"), "x");
        assertThatThrownBy(() -> RunFolder.open(other)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is no run, since it has no config.yaml");
        assertThat(precious).exists();
        Files.writeString(root.resolve("file"), "x");
        assertThatThrownBy(() -> RunFolder.create(root, "file")).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is a file");
    }

    @Test
    void whatACrashLeftIsGoneWhenARunIsOpened() throws IOException {
        Path run = finishedRun("a", 1);
        Files.writeString(run.resolve(".results.json.tmp"), "{");
        Files.createDirectories(run.resolve("checkpoints/.step-000050.tmp"));
        RunFolder.open(run).close();
        assertThat(run.resolve(".results.json.tmp")).doesNotExist();
        assertThat(run.resolve("checkpoints/.step-000050.tmp")).doesNotExist();
    }

    @Test
    void aRunIsOpenOnceInAProcess() throws IOException {
        Path path = finishedRun("a", 1);
        try (RunFolder run = RunFolder.open(path)) {
            assertThatThrownBy(() -> RunFolder.open(run.path())).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(path + ": is being written by this process ("
                            + ProcessHandle.current().pid() + ")");
        }
        RunFolder.open(path).close();
    }

    @Test
    void aSecondProcessIsToldThePidOfTheFirstAndADeadOneNeverBlocks() throws Exception {
        Path path = finishedRun("a", 1);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process holder = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
                "-cp", classPath, HeldRun.class.getName(), path.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("held");
            assertThatThrownBy(() -> RunFolder.open(path)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(path + ": is being written by process " + holder.pid() + ";");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        RunFolder.open(path).close();
    }

    /** Holds a run until it is killed. */
    static final class HeldRun {
        private HeldRun() {}

        public static void main(String[] args) throws IOException {
            try (RunFolder run = RunFolder.open(Path.of(args[0]))) {
                System.out.println(run == null ? "" : "held");
                System.in.read();
            }
        }
    }

    @Test
    void aFileIsReplacedAsAWhole() throws IOException {
        Path path = finishedRun("a", 1);
        for (int changes = 2; changes < 8; changes++) {
            RunFolder.open(path).close();
            RunFolder run = RunFolder.open(path, new FaultyStorage(changes, true));
            try (run) {
                assertThatThrownBy(() -> run.write(run.config(), "y: 2\n")).isInstanceOf(CheckpointException.class)
                        .hasMessage("cannot write " + run.config() + ": injected");
            }
            assertThat(Files.readString(path.resolve("config.yaml"))).isEqualTo(changes < 7 ? "x: 1\n" : "y: 2\n");
        }
    }

    @Test
    void aRunThatWasMovedOrDeletedIsMissed() throws IOException {
        Path path = finishedRun("a", 1);
        try (RunFolder run = RunFolder.open(path)) {
            run.requirePresent();
            Files.move(path, root.resolve("b"));
            assertThatThrownBy(run::requirePresent).isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith(path + ": was moved or deleted while the run was going on");
            finishedRun("a", 1);
            assertThatThrownBy(run::requirePresent).as("another run of that name")
                    .isInstanceOf(CheckpointException.class);
        }
    }

    @Test
    void aFolderThatMayNotBeWrittenIsNamed() throws IOException {
        Path path = finishedRun("a", 1);
        for (IOException refusal : List.of(new AccessDeniedException(path + "/checkpoints"),
                new FileSystemException(path + "/checkpoints", null, "Read-only file system"))) {
            Storage readOnly = new FilteredStorage() {
                @Override
                public void createFolder(Path folder) throws IOException {
                    throw refusal;
                }
            };
            assertThatThrownBy(() -> RunFolder.open(path, readOnly)).isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("cannot open the run " + path + ": ")
                    .hasMessageMatching("(?s).*(permission denied for .*checkpoints|Read-only file system)");
        }
    }

    @Test
    void aRunIsFoundByPathOrByName() throws IOException {
        Path run = finishedRun("first", 1);
        assertThat(RunFolder.resolve("first", root)).isEqualTo(run);
        assertThat(RunFolder.resolve(run.toString(), root.resolve("elsewhere"))).isEqualTo(run);
        assertThatThrownBy(() -> RunFolder.resolve("frist", root)).isInstanceOf(CheckpointException.class)
                .hasMessage("frist: no such run, neither as a path nor in " + root
                        + "; did you mean first?\n  runs there: first");
    }

    @Test
    void latestIsTheRunWithTheNewestCheckpointElseConfiguration() throws IOException {
        assertThatThrownBy(() -> RunFolder.resolve("latest", root)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("holds no run");
        Path a = finishedRun("a", 3_000);
        finishedRun("b", 2_000);
        Files.createDirectory(root.resolve("no-run"));
        assertThat(RunFolder.resolve("latest", root)).isEqualTo(a);
        Path c = finishedRun("c", 1_000);
        try (RunFolder run = RunFolder.open(c)) {
            Checkpoint old = run.checkpoints().save(1, Map.of());
            Checkpoint fresh = run.checkpoints().save(2, Map.of());
            Files.setLastModifiedTime(old.file("manifest.json"), FileTime.fromMillis(1_500));
            Files.setLastModifiedTime(fresh.file("manifest.json"), FileTime.fromMillis(4_000));
        }
        assertThat(RunFolder.resolve("latest", root)).isEqualTo(c);
    }
}
