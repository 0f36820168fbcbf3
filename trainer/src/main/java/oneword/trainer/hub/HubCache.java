package oneword.trainer.hub;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import oneword.trainer.TrainerException;

/**
 * One repository's part of Hugging Face's cache, in the layout that Python's huggingface_hub reads and writes:
 * <pre>
 * models--ORG--NAME/blobs/ETAG                 a file's content
 * models--ORG--NAME/blobs/ETAG.incomplete      the part of it that has arrived
 * models--ORG--NAME/snapshots/COMMIT/FILE      relative link to the blob, or a copy where links are impossible
 * models--ORG--NAME/refs/REVISION              the commit of a branch or tag
 * .locks/models--ORG--NAME/ETAG.lock           held while a blob is written
 * </pre>
 */
final class HubCache {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-fA-F]{7,64}");

    private final Path folder;
    private final Path locks;
    private final boolean links;

    /**
     * Looks at one repository.
     *
     * @param root the cache's folder, whether it exists or not
     * @param id ORG/NAME
     * @param links whether to try symbolic links
     */
    HubCache(Path root, String id, boolean links) {
        String name = "models--" + id.replace("/", "--");
        folder = root.toAbsolutePath().resolve(name);
        locks = root.toAbsolutePath().resolve(".locks").resolve(name);
        this.links = links;
    }

    /** Folder of the snapshot that a branch, tag or commit names, whole or not. */
    Optional<Path> snapshot(String revision) {
        Path ref = ref(revision);
        try {
            String commit = Files.isRegularFile(ref) ? Files.readString(ref).strip() : revision;
            return Optional.of(commit).filter(hash -> COMMIT.matcher(hash).matches())
                .map(folder.resolve("snapshots")::resolve).filter(Files::isDirectory);
        } catch (IOException e) {
            throw new TrainerException(ref + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Holds the links of a snapshot against the cache: they lead to its blobs, wherever these really lie.
     *
     * @throws TrainerException where one leads elsewhere
     */
    void requireInside(Path snapshot) {
        try (Stream<Path> files = Files.list(snapshot)) {
            Path root = folder.getParent().toRealPath();
            Path blobs = folder.resolve("blobs");
            Path realBlobs = Files.isDirectory(blobs) ? blobs.toRealPath() : root;
            for (Path file : files.filter(Files::isSymbolicLink).filter(Files::exists).toList()) {
                Path real = file.toRealPath();
                if (!real.startsWith(root) && !real.startsWith(realBlobs)) {
                    throw new TrainerException(file + ": is a link to " + real + ", outside of the cache\n  Remove "
                        + snapshot + " and download the model again.");
                }
            }
        } catch (IOException e) {
            throw new TrainerException(snapshot + ": cannot be read: " + e.getMessage(), e);
        }
    }

    Path blob(ContentHash hash) {
        return folder.resolve("blobs").resolve(hash.hex());
    }

    Path lock(ContentHash hash) {
        return locks.resolve(hash.hex() + ".lock");
    }

    Path file(String commit, String name) {
        return folder.resolve("snapshots").resolve(commit).resolve(name);
    }

    private Path ref(String revision) {
        return folder.resolve("refs").resolve(revision);
    }

    /** Whether a snapshot holds a file, or there is a blob for it, of the right size. */
    static boolean isWhole(Path file, RemoteFile remote) throws IOException {
        return Files.isRegularFile(file) && (remote.size() < 0 || Files.size(file) == remote.size());
    }

    /** Makes a whole blob a file of a snapshot. */
    void link(RemoteFile remote, String commit) throws IOException {
        Path file = file(commit, remote.name());
        Path blob = blob(remote.hash());
        if (isWhole(file, remote)) {
            return;
        }
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        if (!links || !linked(file, file.getParent().relativize(blob))) {
            copy(blob, file);
        }
    }

    private static boolean linked(Path link, Path target) {
        try {
            Files.createSymbolicLink(link, target);
            return true;
        } catch (FileAlreadyExistsException e) {
            return Files.isRegularFile(link);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** A hard link where the file system has them: it takes no space and needs no privilege. */
    private static void copy(Path blob, Path file) throws IOException {
        Path temporary = unique(blob);
        try {
            try {
                Files.createLink(temporary, blob);
            } catch (IOException | UnsupportedOperationException e) {
                Files.copy(blob, temporary, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Notes which commit a branch or tag is; once everything of that commit is there. */
    void writeRef(String revision, String commit) throws IOException {
        Path ref = ref(revision);
        if (revision.equals(commit) || Files.isRegularFile(ref) && Files.readString(ref).equals(commit)) {
            return;
        }
        Files.createDirectories(ref.getParent());
        Path temporary = unique(ref);
        try {
            Files.writeString(temporary, commit);
            Files.move(temporary, ref, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** A name beside a file that nobody else takes. */
    static Path unique(Path file) {
        return file.resolveSibling(file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8)
            + ".incomplete");
    }
}
