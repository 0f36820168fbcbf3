package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import oneword.trainer.config.Suggestion;

/**
 * The folder of one run, held by this process until {@link #close}. All failures are {@link CheckpointException}s.
 */
public final class RunFolder implements AutoCloseable {

    private static final String CONFIG = "config.yaml";
    private static final String LOG = "log.txt";
    private static final String LATEST = "latest";

    private final Path path;
    private final RunLock lock;
    private final Storage storage;
    private final CheckpointStore checkpoints;

    private RunFolder(Path path, RunLock lock, Storage storage) {
        this.path = path;
        this.lock = lock;
        this.storage = storage;
        this.checkpoints = CheckpointStore.open(path, storage);
    }

    /**
     * Starts a new run on the real file system.
     *
     * @param root folder of all runs, created where needed
     * @param name the run's name
     * @return the locked folder
     * @throws CheckpointException if there is a run of that name, or another process is starting it
     */
    public static RunFolder create(Path root, String name) {
        return create(root, name, Storage.files());
    }

    /**
     * Starts a new run.
     *
     * @param root folder of all runs, created where needed
     * @param name the run's name
     * @param storage what does the writing
     * @return the locked folder
     * @throws CheckpointException if there is a run of that name, or another process is starting it
     */
    public static RunFolder create(Path root, String name, Storage storage) {
        Path path = root.resolve(name);
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new CheckpointException(path + ": is a file; choose another name with --set run.name=…");
        }
        return locked(path, storage, true);
    }

    /**
     * Opens an existing run to go on with it, on the real file system.
     *
     * @param path the run's folder
     * @return the locked folder; what a crash left unfinished is gone
     * @throws CheckpointException if it is no run or another process writes it
     */
    public static RunFolder open(Path path) {
        return open(path, Storage.files());
    }

    /**
     * Opens an existing run to go on with it.
     *
     * @param path the run's folder
     * @param storage what does the writing
     * @return the locked folder; what a crash left unfinished is gone
     * @throws CheckpointException if it is no run or another process writes it
     */
    public static RunFolder open(Path path, Storage storage) {
        if (!isRun(path)) {
            throw new CheckpointException(path + ": is no run, since it has no " + CONFIG
                    + "; start it without --resume");
        }
        return locked(path, storage, false);
    }

    private static RunFolder locked(Path path, Storage storage, boolean mustBeEmpty) {
        RunLock lock = null;
        try {
            storage.createFolder(path);
            lock = RunLock.take(path);
            List<Path> contents = storage.list(path);
            if (mustBeEmpty && contents.stream().anyMatch(RunFolder::belongsToARun)) {
                throw new CheckpointException(path + ": is there already; go on with it by --resume "
                        + path.getFileName() + " or choose another name with --set run.name=…");
            }
            for (Path leftover : contents) {
                if (isUnfinished(leftover)) {
                    storage.delete(leftover);
                }
            }
            RunFolder run = new RunFolder(path, lock, storage);
            lock = null;
            return run;
        } catch (IOException e) {
            throw failure("cannot open the run " + path, e);
        } finally {
            release(lock, path);
        }
    }

    /**
     * Finds an existing run.
     *
     * @param runOrLatest a path, a name under {@code root}, or {@code latest} for the run whose newest checkpoint (or,
     *     without one, whose config.yaml) is the newest
     * @param root folder of all runs
     * @return the run's folder
     * @throws CheckpointException if there is no such run; lists those that exist
     */
    public static Path resolve(String runOrLatest, Path root) {
        List<Path> runs = runs(root);
        if (runOrLatest.equals(LATEST)) {
            return runs.stream().max(Comparator.comparing(RunFolder::lastChange).thenComparing(Path::compareTo))
                    .orElseThrow(() -> new CheckpointException(root + ": holds no run to go on with"));
        }
        for (Path path : List.of(Path.of(runOrLatest), root.resolve(runOrLatest))) {
            if (isRun(path)) {
                return path;
            }
        }
        List<String> names = runs.stream().map(run -> run.getFileName().toString()).toList();
        throw new CheckpointException(runOrLatest + ": no such run, neither as a path nor in " + root
                + Suggestion.nearest(runOrLatest, names).map(name -> "; did you mean " + name + "?").orElse("")
                + "\n  runs there: " + (names.isEmpty() ? "none" : String.join(", ", names)));
    }

    /**
     * Returns the folder.
     *
     * @return the path it was opened with
     */
    public Path path() {
        return path;
    }

    /**
     * Returns where the resolved configuration lies.
     *
     * @return {@code config.yaml}
     */
    public Path config() {
        return path.resolve(CONFIG);
    }

    /**
     * Returns where versions, device, seeds and hashes lie.
     *
     * @return {@code environment.json}
     */
    public Path environment() {
        return path.resolve("environment.json");
    }

    /**
     * Returns where the metrics lie.
     *
     * @return {@code metrics.jsonl}, for {@link MetricsLog}
     */
    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /**
     * Returns where the log lies.
     *
     * @return {@code log.txt}
     */
    public Path log() {
        return path.resolve(LOG);
    }

    /**
     * Returns where the final scores lie.
     *
     * @return {@code results.json}
     */
    public Path results() {
        return path.resolve("results.json");
    }

    /**
     * Returns the run's checkpoints.
     *
     * @return a store to write to
     */
    public CheckpointStore checkpoints() {
        return checkpoints;
    }

    /**
     * Returns what does the run's writing.
     *
     * @return for the files that grow
     */
    public Storage storage() {
        return storage;
    }

    /**
     * Makes sure that this is still the folder that was opened: an open file can be written to long after its folder
     * has gone.
     *
     * @throws CheckpointException if the folder was moved, deleted or replaced
     */
    public void requirePresent() {
        if (!lock.isInPlace()) {
            throw new CheckpointException(path + ": was moved or deleted while the run was going on; what was saved in "
                    + "it is wherever it is now, and --resume with that path goes on with it");
        }
    }

    /** Makes the names of the run's files durable. */
    public void syncNames() {
        try {
            storage.syncFolder(path);
        } catch (IOException e) {
            throw failure("cannot write " + path, e);
        }
    }

    /**
     * Replaces one of the run's files in one step.
     *
     * @param file such as {@link #config()}
     * @param text its new text
     * @throws CheckpointException if it cannot be written, or this is no longer the folder that was opened
     */
    public void write(Path file, String text) {
        requirePresent();
        try {
            storage.replace(file, FileContent.of(text));
        } catch (IOException e) {
            throw failure("cannot write " + file, e);
        }
    }

    /** Lets other processes have the run. */
    @Override
    public void close() {
        release(lock, path);
    }

    private static void release(RunLock lock, Path path) {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw failure("cannot release the lock of " + path, e);
        }
    }

    private static boolean isRun(Path path) {
        return Files.isRegularFile(path.resolve(CONFIG));
    }

    private static boolean belongsToARun(Path path) {
        boolean emptyCheckpoints =
                path.endsWith(CheckpointStore.FOLDER) && CheckpointStore.view(path.getParent()).list().isEmpty();
        return !path.endsWith(RunLock.NAME) && !path.endsWith(LOG) && !isUnfinished(path) && !emptyCheckpoints;
    }

    private static boolean isUnfinished(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(".") && name.endsWith(".tmp");
    }

    private static List<Path> runs(Path root) {
        try {
            return Storage.files().list(root).stream().filter(RunFolder::isRun).toList();
        } catch (IOException e) {
            throw failure("cannot list " + root, e);
        }
    }

    private static FileTime lastChange(Path run) {
        List<Checkpoint> checkpoints = CheckpointStore.view(run).list();
        Optional<Path> manifest = checkpoints.isEmpty() ? Optional.empty()
                : Optional.of(checkpoints.get(checkpoints.size() - 1).file(Manifest.NAME)).filter(Files::exists);
        try {
            return Files.getLastModifiedTime(manifest.orElse(run.resolve(CONFIG)));
        } catch (IOException e) {
            throw failure("cannot read " + run, e);
        }
    }

    private static CheckpointException failure(String what, IOException cause) {
        return CheckpointException.of(what, cause);
    }
}
