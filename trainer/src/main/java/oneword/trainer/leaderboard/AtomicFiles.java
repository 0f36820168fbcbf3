package oneword.trainer.leaderboard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import oneword.trainer.checkpoint.FileContent;
import oneword.trainer.checkpoint.Storage;

/** Writes files that are there whole or not at all. */
final class AtomicFiles {

    private AtomicFiles() {}

    /** Writes a file and makes it durable; folders on the way are made, an older file is replaced. */
    static void write(Path file, FileContent content) throws IOException {
        Storage storage = Storage.files();
        Path target = file.toAbsolutePath();
        Path unfinished =
            target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".unfinished");
        storage.createFolder(target.getParent());
        try {
            storage.write(unfinished, content);
            storage.rename(unfinished, target);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        storage.syncFolder(target.getParent());
    }
}
