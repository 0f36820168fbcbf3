package oneword.trainer.checkpoint;

import java.nio.file.Path;

/**
 * A finished checkpoint on disk.
 *
 * @param step number of updates it has behind it
 * @param folder its folder
 */
public record Checkpoint(long step, Path folder) {

    /**
     * Returns the path of one of its files.
     *
     * @param name such as {@code trainer_state.json}
     * @return the path, whether or not there is such a file
     */
    public Path file(String name) {
        return folder.resolve(name);
    }
}
