package oneword.trainer.dataset;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.Sha256;
import oneword.trainer.hub.WebDownload;

/**
 * Fetches data sets. A source is downloaded beside its place, its checksum compared where one is known, unpacked, read
 * as an evaluation would read it, and only then put in place; what is there and whole already is not fetched again.
 * {@code downloads.json} in the output folder says where each came from and what its SHA-256 was.
 */
public final class DatasetDownload {

    private static final long LIMIT = 4L << 30;
    private static final String RECORD = "downloads.json";

    private final WebDownload web;
    private final Consumer<String> lines;
    private final Set<String> unreachable = new HashSet<>();

    /**
     * Prepares downloads.
     *
     * @param web fetches files
     * @param lines hears what is done
     */
    public DatasetDownload(WebDownload web, Consumer<String> lines) {
        this.web = web;
        this.lines = lines;
    }

    /**
     * Fetches sources, each whether or not the ones before it could be had.
     *
     * @param sources what to fetch
     * @param output folder that the sets go to; made if it does not exist
     * @param from a folder with files that were fetched by hand, named as on the web; a source that lies there is not
     *     downloaded
     * @throws TrainerException if some could not be had; the message names each, why, and how to do it by hand
     * @throws InterruptedException if the thread is interrupted
     */
    public void fetch(List<DatasetSource> sources, Path output, Optional<Path> from) throws InterruptedException {
        List<String> failures = new ArrayList<>();
        List<String> ways = new ArrayList<>();
        for (DatasetSource source : sources) {
            if (ContentCheck.problems(source, output).isEmpty()) {
                lines.accept(source.name() + ": already in " + output);
                continue;
            }
            try {
                fetch(source, output, from);
            } catch (TrainerException e) {
                failures.add(source.name() + ": " + e.getMessage());
                ways.add(source.addresses().get(0) + " (goes to " + targets(source, output) + ")");
            }
        }
        if (!failures.isEmpty()) {
            throw new TrainerException((sources.size() == 1 ? "" : failures.size() + " of " + sources.size()
                + " sources could not be fetched\n") + String.join("\n", failures)
                + "\nBy hand: fetch with another machine or program, put the files as they are into a folder, and name"
                + " it with --from FOLDER:\n  "
                + String.join("\n  ", ways));
        }
    }

    private static String targets(DatasetSource source, Path output) {
        Collection<String> targets = source.take().values();
        return targets.stream()
            .filter(target -> targets.stream().noneMatch(other -> target.startsWith(other) && !target.equals(other)))
            .map(target -> output.resolve(target).toAbsolutePath().normalize().toString())
            .collect(Collectors.joining(", "));
    }

    private void fetch(DatasetSource source, Path output, Optional<Path> from) throws InterruptedException {
        Path work = output.resolve(".download-" + source.name());
        try {
            remove(work);
            Files.createDirectories(work);
            Path own = from.map(folder -> folder.resolve(source.fileName())).filter(Files::isRegularFile).orElse(null);
            Path file = own == null ? work.resolve("content") : own;
            String origin = own == null ? download(source, file) : own.toString();
            String sha256 = Sha256.of(file);
            if (source.sha256().isPresent() && !source.sha256().get().equals(sha256)) {
                throw new TrainerException(origin + ": wrong checksum: expected SHA-256 " + source.sha256().get()
                    + ", found " + sha256 + "\n  Something between here and there changes the content, or it was"
                    + " replaced. Nothing of it was kept.");
            }
            Path unpacked = work.resolve("unpacked");
            new Archive(file, source.take(), unpacked, LIMIT).unpack(source.format());
            List<String> problems = ContentCheck.problems(source, unpacked);
            if (!problems.isEmpty()) {
                throw new TrainerException(origin + ": is not what it should be; nothing of it was kept\n  "
                    + String.join("\n  ", problems).replace(unpacked + "/", "")
                        .replace(unpacked.toString(), "the archive"));
            }
            long files = place(unpacked, output);
            record(source, origin, file, sha256, output);
            lines.accept(source.name() + ": " + files + (files == 1 ? " file in " : " files in ") + output
                + " (licence: " + source.licence() + ")");
        } catch (IOException e) {
            throw new TrainerException(output + ": cannot be written: " + e.getMessage()
                + "\n  Make room there, mend its permissions, or name another folder with --output.", e);
        } finally {
            removeQuietly(work);
        }
    }

    private String download(DatasetSource source, Path file) throws InterruptedException {
        web.offline().ifPresent(variable -> {
            throw new TrainerException("not fetched, since " + variable + " is set");
        });
        List<String> failures = new ArrayList<>();
        for (URI address : source.addresses()) {
            if (unreachable.contains(address.getHost())) {
                failures.add(address + ": no connection to " + address.getHost() + ", as before");
                continue;
            }
            try {
                lines.accept(source.name() + ": fetching " + address);
                web.fetch(address, file, LIMIT);
                return address.toString();
            } catch (TrainerException e) {
                failures.add(e.getMessage().lines().findFirst().orElse(""));
                if (e.getCause() instanceof IOException) {
                    unreachable.add(address.getHost());
                }
            }
        }
        throw new TrainerException(String.join("\n  ", failures));
    }

    private static long place(Path unpacked, Path output) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(unpacked)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path target = output.resolve(unpacked.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return files.size();
    }

    private static void record(DatasetSource source, String origin, Path file, String sha256, Path output)
            throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        Path record = output.resolve(RECORD);
        ObjectNode root = Files.isRegularFile(record) && mapper.readTree(record.toFile()) instanceof ObjectNode known
            ? known : mapper.createObjectNode();
        root.putObject(source.name()).put("from", origin).put("bytes", Files.size(file)).put("sha256", sha256)
            .put("fetched", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .put("licence", source.licence());
        Path unfinished = output.resolve("." + RECORD + ".unfinished");
        Files.writeString(unfinished, mapper.writeValueAsString(root) + "\n");
        Files.move(unfinished, record, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** What is left begins with a dot and is removed by the next download. */
    private void removeQuietly(Path folder) {
        try {
            remove(folder);
        } catch (IOException e) {
            lines.accept(folder + ": cannot be removed: " + e.getMessage());
        }
    }
}
