package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Every change that a run makes to its folder goes through here, so that a test can fail each one. Reading does not.
 */
public interface Storage {

    /**
     * The real file system.
     *
     * @return a storage without state
     */
    static Storage files() {
        return FileStorage.INSTANCE;
    }

    /**
     * Creates a file, or replaces it, and makes its bytes durable. May leave a part of it when it fails.
     *
     * @param file the file
     * @param content its producer
     * @throws IOException if writing fails
     */
    void write(Path file, FileContent content) throws IOException;

    /**
     * Opens a file, made if absent, to write at its end. Its name is durable after {@link #syncFolder}.
     *
     * @param file the file
     * @return the open file
     * @throws IOException if it cannot be opened
     */
    GrowingFile append(Path file) throws IOException;

    /**
     * Cuts a file off and makes that durable.
     *
     * @param file the file
     * @param length bytes that stay, at most those it has
     * @throws IOException if that fails; the file has the old or the new length then
     */
    void truncate(Path file, long length) throws IOException;

    /**
     * Creates a folder and those above it, and makes their names durable; one that exists is no error.
     *
     * @param folder the folder
     * @throws IOException if it cannot be created
     */
    void createFolder(Path folder) throws IOException;

    /**
     * Creates a symbolic link.
     *
     * @param link the link, which does not exist
     * @param target what it says
     * @throws IOException if that fails
     * @throws UnsupportedOperationException if the file system has no links
     */
    void link(Path link, Path target) throws IOException;

    /**
     * Gives a file, link or folder another name in one step: at no moment are both or neither there. An existing file
     * or link of that name is replaced.
     *
     * @param from the old name
     * @param to the new name, in the same file system
     * @throws IOException if that fails; nothing has changed then
     */
    void rename(Path from, Path to) throws IOException;

    /**
     * Makes the names in a folder durable.
     *
     * @param folder the folder
     * @throws IOException if that fails
     */
    void syncFolder(Path folder) throws IOException;

    /**
     * Removes a file or link, or a folder with all that is in it; nothing there is no error.
     *
     * @param path what to remove
     * @throws IOException if that fails; a part of a folder may be gone then
     */
    void delete(Path path) throws IOException;

    /**
     * Lists a folder.
     *
     * @param folder the folder
     * @return what is in it, by name; empty if there is no such folder
     * @throws IOException if it cannot be read
     */
    List<Path> list(Path folder) throws IOException;

    /**
     * Replaces a file in one step: a reader sees the old or the new one. The way there is a file {@code .NAME.tmp}.
     *
     * @param file the file
     * @param content its producer
     * @throws IOException if writing fails; the old file is intact then
     */
    default void replace(Path file, FileContent content) throws IOException {
        Path unfinished = file.resolveSibling("." + file.getFileName() + ".tmp");
        delete(unfinished);
        write(unfinished, content);
        rename(unfinished, file);
        syncFolder(file.toAbsolutePath().getParent());
    }
}
