package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checkpoints of one run: {@code checkpoints/step-000050/} and the like, and {@code best} beside them.
 *
 * <p>A checkpoint is written under a name that starts with a dot, made durable file by file, described by a manifest
 * with sizes and hashes, and only then renamed: whatever happens, a folder named {@code step-…} is whole, and the older
 * checkpoints are not touched. One process at a time may write: the one that holds the {@link RunFolder}. All failures
 * are {@link CheckpointException}s.
 */
public final class CheckpointStore {

    static final String FOLDER = "checkpoints";

    private static final String BEST = "best";
    private static final String UNFINISHED = ".tmp";
    private static final String REPLACED = ".replaced";
    private static final String REMOVED = ".removed";
    private static final String SET_ASIDE = ".set-aside";
    private static final Pattern NAME = Pattern.compile("step-(\\d{6,18})");
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    private final Path folder;
    private final Path best;
    private final Storage storage;

    private CheckpointStore(Path runFolder, Storage storage) {
        this.folder = runFolder.resolve(FOLDER);
        this.best = runFolder.resolve(BEST);
        this.storage = storage;
    }

    /**
     * Opens a run's checkpoints for writing: creates their folder where needed and removes what a crash left
     * unfinished.
     *
     * @param runFolder the run's folder, locked by the caller
     * @param storage what does the writing
     * @return the store
     */
    static CheckpointStore open(Path runFolder, Storage storage) {
        CheckpointStore store = new CheckpointStore(runFolder, storage);
        try {
            storage.createFolder(store.folder);
            store.clean();
        } catch (IOException e) {
            throw failure("cannot prepare " + store.folder, e);
        }
        return store;
    }

    /**
     * Looks at a run's checkpoints without changing anything, also while another process writes them.
     *
     * @param runFolder the run's folder
     * @return the store, to be read only
     */
    public static CheckpointStore view(Path runFolder) {
        return new CheckpointStore(runFolder, Storage.files());
    }

    /**
     * Finds the checkpoint that a path given by a user means: a run's folder stands for its best checkpoint, or its
     * newest whole one where none is marked; a file {@code best} for the checkpoint it names; any other path for
     * itself.
     *
     * @param given a path
     * @return the folder with the checkpoint's files
     * @throws CheckpointException if a run or a file {@code best} leads to no checkpoint
     */
    public static Path locate(Path given) {
        Path parent = given.toAbsolutePath().getParent();
        boolean namesBest = Files.isRegularFile(given) && given.getFileName().toString().equals(BEST);
        boolean isRun = Files.isDirectory(given.resolve(FOLDER));
        if (!namesBest && !isRun) {
            return given;
        }
        CheckpointStore store = view(namesBest ? parent : given);
        return store.best().or(() -> isRun ? store.newestVerified(skipped -> { }) : Optional.empty())
                .map(Checkpoint::folder)
                .orElseThrow(() -> new CheckpointException(given + ": names no checkpoint that exists"));
    }

    /**
     * Saves a checkpoint. An existing one of the same step is replaced.
     *
     * @param step number of updates behind it, at least 0
     * @param files producers of its files by name; a name is plain, without folders
     * @return the durable checkpoint
     * @throws CheckpointException if anything fails; the earlier checkpoints are intact and the unfinished one is gone
     *     or will be when the run is opened again. Unchecked exceptions of a producer pass through, with the same
     *     guarantee.
     */
    public Checkpoint save(long step, Map<String, FileContent> files) {
        files.keySet().forEach(CheckpointStore::requirePlainName);
        Checkpoint checkpoint = new Checkpoint(step, folder.resolve(name(step)));
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException("cannot save checkpoint " + checkpoint.folder() + ": " + folder
                    + " was moved or deleted while the run was going on");
        }
        Path unfinished = hidden(step, UNFINISHED);
        try {
            storage.delete(unfinished);
            storage.createFolder(unfinished);
            Map<String, HashedContent> written = new HashMap<>();
            for (Map.Entry<String, FileContent> file : files.entrySet()) {
                HashedContent content = new HashedContent(file.getValue());
                storage.write(unfinished.resolve(file.getKey()), content);
                written.put(file.getKey(), content);
            }
            storage.write(unfinished.resolve(Manifest.NAME), Manifest.of(step, written));
            storage.syncFolder(unfinished);
            Path replaced = hidden(step, REPLACED);
            if (Files.exists(checkpoint.folder())) {
                storage.rename(checkpoint.folder(), replaced);
            }
            storage.rename(unfinished, checkpoint.folder());
            storage.syncFolder(folder);
            storage.delete(replaced);
            return checkpoint;
        } catch (IOException e) {
            CheckpointException failure = failure("cannot save checkpoint " + checkpoint.folder(), e);
            abandon(failure);
            throw failure;
        } catch (RuntimeException e) {
            abandon(e);
            throw e;
        }
    }

    /**
     * Lists the checkpoints.
     *
     * @return all finished ones, oldest first; not verified
     */
    public List<Checkpoint> list() {
        try {
            return storage.list(folder).stream()
                    .filter(path -> stepOf(path).isPresent() && Files.isDirectory(path))
                    .map(path -> new Checkpoint(stepOf(path).getAsLong(), path))
                    .sorted(Comparator.comparingLong(Checkpoint::step))
                    .toList();
        } catch (IOException e) {
            throw failure("cannot list " + folder, e);
        }
    }

    /**
     * Finds the newest checkpoint whose files all have the size and SHA-256 that were written.
     *
     * @param skipped is told of each newer one that was passed over, and why
     * @return the checkpoint; empty if there is none
     * @throws CheckpointException if a newer oneword wrote the checkpoint, since older work must not silently win
     */
    public Optional<Checkpoint> newestVerified(Consumer<String> skipped) {
        List<Checkpoint> all = list();
        for (int i = all.size() - 1; i >= 0; i--) {
            Checkpoint checkpoint = all.get(i);
            Optional<String> fault = Manifest.fault(checkpoint);
            if (fault.isEmpty()) {
                return Optional.of(checkpoint);
            }
            skipped.accept("checkpoint " + checkpoint.folder() + " is skipped: " + fault.get());
        }
        return Optional.empty();
    }

    /**
     * Removes old checkpoints. The best one always stays.
     *
     * @param keep how many of the newest stay, at least 1
     * @param alwaysKeep steps that stay besides
     */
    public void prune(int keep, Set<Long> alwaysKeep) {
        if (keep < 1) {
            throw new IllegalArgumentException("keep " + keep);
        }
        Set<Long> kept = new HashSet<>(alwaysKeep);
        best().ifPresent(checkpoint -> kept.add(checkpoint.step()));
        List<Checkpoint> all = list();
        for (Checkpoint checkpoint : all.subList(0, Math.max(0, all.size() - keep))) {
            if (!kept.contains(checkpoint.step())) {
                remove(checkpoint);
            }
        }
    }

    /**
     * Puts the checkpoints of later steps out of the way, since a run that goes on from an earlier one would otherwise
     * count them among its newest. They are renamed to {@code step-000050.set-aside} and otherwise left alone.
     *
     * @param step the last step whose checkpoint stays; -1 for none
     * @return the new paths
     */
    public List<Path> setAsideAfter(long step) {
        List<Path> moved = new ArrayList<>();
        for (Checkpoint checkpoint : list()) {
            if (checkpoint.step() > step) {
                Path aside = folder.resolve(name(checkpoint.step()) + SET_ASIDE);
                try {
                    storage.delete(aside);
                    storage.rename(checkpoint.folder(), aside);
                    storage.syncFolder(folder);
                } catch (IOException e) {
                    throw failure("cannot set " + checkpoint.folder() + " aside", e);
                }
                moved.add(aside);
            }
        }
        return moved;
    }

    /**
     * Makes {@code best} stand for a checkpoint: a relative link, or where links are impossible a file that holds what
     * the link would say.
     *
     * @param step the checkpoint's step
     */
    public void markBest(long step) {
        Path target = Path.of(FOLDER, name(step));
        if (!Files.isDirectory(folder.resolve(name(step)))) {
            throw new CheckpointException(folder.resolve(name(step)) + ": no such checkpoint to call the best");
        }
        Path unfinished = best.resolveSibling("." + BEST + UNFINISHED);
        try {
            storage.delete(unfinished);
            try {
                storage.link(unfinished, target);
            } catch (UnsupportedOperationException | FileSystemException e) {
                storage.write(unfinished, FileContent.of(FOLDER + "/" + name(step) + "\n"));
            }
            storage.rename(unfinished, best);
            storage.syncFolder(best.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw failure("cannot mark the best checkpoint as " + best, e);
        }
    }

    /** Takes {@code best} away where it stands for something else than a given checkpoint, and marks that one. */
    public void repairBest(Optional<Long> step) {
        if (step.isPresent()) {
            if (best().map(Checkpoint::step).filter(step.get()::equals).isEmpty()) {
                markBest(step.get());
            }
            return;
        }
        try {
            storage.delete(best);
        } catch (IOException e) {
            throw failure("cannot remove " + best, e);
        }
    }

    /**
     * Returns the checkpoint that {@code best} stands for.
     *
     * @return empty if none is marked or the marked one is gone
     */
    public Optional<Checkpoint> best() {
        try {
            Path target = null;
            if (Files.isSymbolicLink(best)) {
                target = Files.readSymbolicLink(best);
            } else if (Files.isRegularFile(best, LinkOption.NOFOLLOW_LINKS)) {
                target = Path.of(Files.readString(best).strip());
            }
            OptionalLong step = target == null ? OptionalLong.empty() : stepOf(target);
            if (step.isEmpty() || !Files.isDirectory(folder.resolve(name(step.getAsLong())))) {
                return Optional.empty();
            }
            return Optional.of(new Checkpoint(step.getAsLong(), folder.resolve(name(step.getAsLong()))));
        } catch (InvalidPathException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("cannot read " + best, e);
        }
    }

    /** Removes what a crash left, except that a checkpoint which was about to be replaced comes back. */
    private void clean() throws IOException {
        for (Path path : storage.list(folder)) {
            String name = path.getFileName().toString();
            if (!name.startsWith(".")) {
                continue;
            }
            Path original = folder.resolve(name.substring(1).replace(REPLACED, ""));
            if (name.endsWith(REPLACED) && !Files.exists(original)) {
                storage.rename(path, original);
            } else {
                storage.delete(path);
            }
        }
    }

    private void abandon(Exception failure) {
        try {
            clean();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private void remove(Checkpoint checkpoint) {
        Path removed = hidden(checkpoint.step(), REMOVED);
        try {
            storage.delete(removed);
            storage.rename(checkpoint.folder(), removed);
            storage.delete(removed);
        } catch (IOException e) {
            throw failure("cannot remove the old checkpoint " + checkpoint.folder(), e);
        }
    }

    private Path hidden(long step, String suffix) {
        return folder.resolve("." + name(step) + suffix);
    }

    private static String name(long step) {
        return String.format(Locale.ROOT, "step-%06d", step);
    }

    private static OptionalLong stepOf(Path path) {
        // A root has no name.
        Matcher name = NAME.matcher(path.getFileName() == null ? "" : path.getFileName().toString());
        return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
    }

    private static void requirePlainName(String name) {
        if (!FILE_NAME.matcher(name).matches() || name.equals(Manifest.NAME)) {
            throw new IllegalArgumentException("a checkpoint's file cannot be named " + name);
        }
    }

    private static CheckpointException failure(String what, IOException cause) {
        return CheckpointException.of(what, cause);
    }
}
