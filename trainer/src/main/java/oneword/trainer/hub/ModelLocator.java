package oneword.trainer.hub;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import oneword.trainer.TrainerException;

/**
 * Finds a model's folder: a path; else a hub id such as {@code facebook/opt-125m}, which is looked up in Hugging Face's
 * local cache and downloaded into it where it is not there yet.
 *
 * <p>The environment counts as for Python's huggingface_hub: HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME say where the
 * cache is, HF_ENDPOINT where the hub is (default https://huggingface.co), HF_TOKEN or the file HF_TOKEN_PATH (default
 * $HF_HOME/token) who asks; HF_HUB_OFFLINE=1 and TRANSFORMERS_OFFLINE=1 forbid the network. A model that is whole in
 * the cache costs no request, so a branch stays at the commit that was downloaded.
 *
 * <p>Threads and processes may look for the same model at the same time. A download that was interrupted goes on
 * where it stopped.
 */
public final class ModelLocator {

    /** Names under these are folders of oneword's own, never hub ids: a slip there is told without asking the hub. */
    private static final List<String> OWN_FOLDERS = List.of("models/", "runs/");
    private static final Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");
    private static final Pattern REVISION = Pattern.compile("\\w[\\w.-]*(/\\w[\\w.-]*)*");

    private final Path workingDirectory;
    private final Path home;
    private final HubEnvironment environment;
    private final Consumer<String> lines;
    private final DownloadProgress progress;
    private final Patience patience;

    /**
     * Creates a locator that downloads silently.
     *
     * @param workingDirectory where relative paths are looked for first
     * @param home oneword's own folder, looked in next
     * @param environment the environment's variables
     */
    public ModelLocator(Path workingDirectory, Path home, Map<String, String> environment) {
        this(workingDirectory, home, environment, line -> { }, DownloadProgress.NONE);
    }

    /**
     * Creates a locator that says what it downloads.
     *
     * @param workingDirectory where relative paths are looked for first
     * @param home oneword's own folder, looked in next
     * @param environment the environment's variables
     * @param lines gets one line for each file of a download, and one for each failure that is followed by another try
     * @param progress hears how far each file is
     */
    public ModelLocator(Path workingDirectory, Path home, Map<String, String> environment, Consumer<String> lines,
                        DownloadProgress progress) {
        this(workingDirectory, home, environment, lines, progress, Patience.STANDARD);
    }

    ModelLocator(Path workingDirectory, Path home, Map<String, String> environment, Consumer<String> lines,
                 DownloadProgress progress, Patience patience) {
        this.workingDirectory = workingDirectory;
        this.home = home;
        this.environment = new HubEnvironment(environment);
        this.lines = lines;
        this.progress = progress;
        this.patience = patience;
    }

    /**
     * Finds a model, and downloads it where it must.
     *
     * @param name a folder or a hub id
     * @param revision branch, tag or commit of a hub id; a folder has none
     * @return an existing folder
     * @throws TrainerException where there is none; the message says where it was looked for and how to get it
     */
    public Path find(String name, String revision) {
        return findHere(name, revision).orElseGet(() -> download(name, revision, cache(name), places(name)));
    }

    /**
     * Finds a model without any request.
     *
     * @param name a folder or a hub id
     * @param revision branch, tag or commit of a hub id; a folder has none
     * @return an existing folder; empty for a hub id that {@link #find} would download
     * @throws TrainerException where {@link #find} would find none without asking the hub
     */
    public Optional<Path> findHere(String name, String revision) {
        Set<Path> places = places(name);
        Optional<Path> folder = places.stream().filter(Files::isDirectory).findFirst();
        if (folder.isPresent()) {
            return folder;
        }
        if (!HUB_ID.matcher(name).matches() || OWN_FOLDERS.stream().anyMatch(name::startsWith)) {
            throw new TrainerException("model " + name + ": no such folder; looked for " + joined(places));
        }
        if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
            throw new TrainerException("model.revision: '" + revision + "' is not a branch, tag or commit");
        }
        Optional<Path> snapshot = cache(name).snapshot(revision);
        List<String> missing = snapshot.map(ModelFiles::missing).orElse(List.of());
        if (snapshot.isPresent() && missing.isEmpty()) {
            cache(name).requireInside(snapshot.get());
            return snapshot;
        }
        environment.offline().ifPresent(variable -> {
            throw new TrainerException("model " + name + " (revision " + revision + "): "
                + (snapshot.isPresent() ? "incomplete in " + snapshot.get() + ": no " + String.join(", ", missing)
                    : "neither " + joined(places) + " nor in the Hugging Face cache " + cache())
                + "\n  " + variable + " forbids the download. Unset it once, or download the model elsewhere and set"
                + " model.name to its folder.");
        });
        return Optional.empty();
    }

    private HubCache cache(String name) {
        return new HubCache(cache(), name, environment.links());
    }

    private Path download(String name, String revision, HubCache cache, Set<Path> places) {
        URI endpoint = environment.endpoint();
        lines.accept("model " + name + " (revision " + revision + ") is neither " + joined(places)
            + " nor whole in the cache " + cache() + ": downloading it from " + endpoint);
        HubHttp http = new HubHttp(endpoint, environment.token(), patience);
        HubRepository repository = new HubRepository(http, name, patience, lines);
        try {
            return new ModelDownload(repository, cache, new BlobDownload(repository, cache, patience, lines, progress))
                .fetch(revision);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException("model " + name + ": the download was interrupted; what has arrived is kept", e);
        }
    }

    /** Folder of Hugging Face's cache, whether it exists or not. */
    public Path cache() {
        return environment.cache();
    }

    private Set<Path> places(String name) {
        try {
            return new LinkedHashSet<>(List.of(workingDirectory.resolve(name).normalize(),
                home.resolve(name).normalize()));
        } catch (InvalidPathException e) {
            throw new TrainerException("model.name: '" + name + "' is neither a path nor a hub id", e);
        }
    }

    private static String joined(Set<Path> places) {
        return String.join(" or ", places.stream().map(Path::toString).toList());
    }
}
