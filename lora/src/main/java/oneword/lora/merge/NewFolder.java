package oneword.lora.merge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.stream.Stream;
import oneword.lora.LoraException;

/**
 * A folder that appears whole or not at all: it is filled under another name beside its place, a name that starts with
 * a dot, and then renamed. What is not {@linkplain #publish published} is removed at {@link #close()}.
 *
 * <pre>{@code
 * try (NewFolder folder = NewFolder.at(output)) {
 *     Files.writeString(folder.path().resolve("README.md"), text);
 *     folder.publish();
 * }
 * }</pre>
 */
public final class NewFolder implements AutoCloseable {

    private final Path output;
    private final Path unfinished;

    private NewFolder(Path output, Path unfinished) {
        this.output = output;
        this.unfinished = unfinished;
    }

    /**
     * Begins a folder; those above it are made.
     *
     * @param output where it shall appear: nothing, or an empty folder
     * @throws LoraException where something is there already, or nothing can be written there
     */
    public static NewFolder at(Path output) {
        Path place = output.toAbsolutePath().normalize();
        refuseContent(place);
        if (place.getFileName() == null) {
            throw new LoraException(output + ": is no place for a new folder; give one that does not exist yet");
        }
        Path unfinished = place.resolveSibling("." + place.getFileName() + ".unfinished-" + UUID.randomUUID());
        try {
            Files.createDirectories(unfinished);
        } catch (IOException e) {
            throw new LoraException(output + ": cannot be written (" + e + "); check that the folder above it is a "
                + "folder and writable", e);
        }
        return new NewFolder(place, unfinished);
    }

    private static void refuseContent(Path output) {
        if (Files.exists(output) && !Files.isDirectory(output)) {
            throw new LoraException(output + ": is a file; give a folder that does not exist yet");
        }
        if (Files.isDirectory(output)) {
            try (Stream<Path> entries = Files.list(output)) {
                if (entries.findAny().isPresent()) {
                    throw new LoraException(output + ": is not empty, and nothing is ever overwritten; "
                        + "give a folder that does not exist yet");
                }
            } catch (IOException e) {
                throw new LoraException(output + ": cannot be read (" + e + ")", e);
            }
        }
    }

    /** Where to write meanwhile. */
    public Path path() {
        return unfinished;
    }

    /**
     * Gives the folder its name.
     *
     * @return its place
     * @throws LoraException where something has come to be there, or it cannot be renamed
     */
    public Path publish() {
        refuseContent(output);
        try {
            Files.deleteIfExists(output);
            Files.move(unfinished, output, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LoraException(output + ": cannot be written (" + e + ")", e);
        }
        return output;
    }

    @Override
    public void close() {
        if (!Files.exists(unfinished)) {
            return;
        }
        try {
            Files.walkFileTree(unfinished, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, IOException problem) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
