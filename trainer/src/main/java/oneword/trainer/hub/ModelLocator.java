package oneword.trainer.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import oneword.trainer.TrainerException;

/**
 * Finds a model's folder: a path, else a hub id such as {@code facebook/opt-125m} in Hugging Face's local cache
 * ({@code models--ORG--NAME/refs/REVISION} names the folder under {@code snapshots/}).
 *
 * @param workingDirectory where relative paths are looked for first
 * @param home oneword's own folder, looked in next
 * @param environment variables that say where the cache is: HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HOME
 */
public record ModelLocator(Path workingDirectory, Path home, Map<String, String> environment) {

    private static final Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");
    private static final Pattern REVISION = Pattern.compile("[\\w][\\w./-]*");

    /**
     * Finds a model.
     *
     * @param name a folder or a hub id
     * @param revision branch, tag or commit of a hub id
     * @return an existing folder
     * @throws TrainerException where there is none; the message says where it was looked for and how to get it
     */
    public Path find(String name, String revision) {
        for (Path place : List.of(workingDirectory.resolve(name), home.resolve(name))) {
            if (Files.isDirectory(place)) {
                return place.normalize();
            }
        }
        if (!HUB_ID.matcher(name).matches()) {
            throw new TrainerException("model " + name + ": no such folder; looked for "
                + workingDirectory.resolve(name).normalize() + " and " + home.resolve(name).normalize());
        }
        return cached(name, revision).orElseThrow(() -> new TrainerException("model " + name + ": neither a folder in "
            + workingDirectory + " or " + home + " nor (revision " + revision + ") in the Hugging Face cache " + cache()
            + ".\n  Download it once with `hf download " + name + "`, or set model.name to its folder."));
    }

    private Optional<Path> cached(String name, String revision) {
        Path folder = cache().resolve("models--" + name.replace("/", "--"));
        if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
            throw new TrainerException("model.revision: '" + revision + "' is not a branch, tag or commit");
        }
        Path ref = folder.resolve("refs").resolve(revision);
        try {
            String commit = Files.isRegularFile(ref) ? Files.readString(ref).strip() : revision;
            Path snapshot = folder.resolve("snapshots").resolve(commit);
            return Files.isDirectory(snapshot) ? Optional.of(snapshot) : Optional.empty();
        } catch (IOException e) {
            throw new TrainerException(ref + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Folder of Hugging Face's cache, whether it exists or not. */
    public Path cache() {
        if (environment.containsKey("HF_HUB_CACHE")) {
            return Path.of(environment.get("HF_HUB_CACHE"));
        }
        if (environment.containsKey("HF_HOME")) {
            return Path.of(environment.get("HF_HOME"), "hub");
        }
        String caches = environment.getOrDefault("XDG_CACHE_HOME",
            environment.getOrDefault("HOME", System.getProperty("user.home")) + "/.cache");
        return Path.of(caches, "huggingface", "hub");
    }
}
