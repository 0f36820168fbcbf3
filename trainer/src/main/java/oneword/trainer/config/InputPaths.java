package oneword.trainer.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds inputs named by a path: an absolute path as it stands, a relative one in the working directory and then in
 * oneword's own folder.
 *
 * @param workingDirectory where the command was started
 * @param home oneword's own folder, the one that holds {@code configs/} and {@code models/}
 */
public record InputPaths(Path workingDirectory, Path home) {

    private static final String EXTENSION = ".yaml";

    /**
     * Finds a file or folder.
     *
     * @param name a path
     * @return the existing path
     * @throws ConfigException if it is in neither place; the message says where it was looked for
     */
    public Path find(String name) {
        return firstExisting(places(name)).orElseThrow(() -> new ConfigException(
                name + ": no such file or folder; looked for " + joined(places(name))));
    }

    /**
     * Finds a configuration: a path as in {@link #find}, else a name in {@code configs/}, with or without
     * {@code .yaml}.
     *
     * @param name a path or a name such as {@code opt-2.7b}
     * @return an existing file
     * @throws ConfigException if there is none; the message lists the configurations that exist
     */
    public Path findConfig(String name) {
        Set<Path> places = new LinkedHashSet<>(places(name));
        places.addAll(places("configs/" + name));
        places.addAll(places("configs/" + name + EXTENSION));
        return places.stream().filter(Files::isRegularFile).findFirst().orElseThrow(() -> {
            List<String> known = shippedConfigs();
            String meant = Suggestion.nearest(name.endsWith(EXTENSION) ? name : name + EXTENSION, known)
                    .map(config -> "; did you mean " + config + "?").orElse("");
            return new ConfigException(name + ": no such configuration" + meant + "\n  looked for "
                    + joined(places) + "\n  there are " + (known.isEmpty() ? "none" : String.join(", ", known))
                    + " in " + home.resolve("configs"));
        });
    }

    private Set<Path> places(String name) {
        Set<Path> places = new LinkedHashSet<>();
        places.add(workingDirectory.resolve(name).normalize());
        places.add(home.resolve(name).normalize());
        return places;
    }

    private static Optional<Path> firstExisting(Set<Path> places) {
        return places.stream().filter(Files::exists).findFirst();
    }

    private List<String> shippedConfigs() {
        Path configs = home.resolve("configs");
        if (!Files.isDirectory(configs)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(configs)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(EXTENSION)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + configs + ": " + e.getMessage(), e);
        }
    }

    private static String joined(Set<Path> places) {
        return String.join(", ", places.stream().map(Path::toString).toList());
    }
}
