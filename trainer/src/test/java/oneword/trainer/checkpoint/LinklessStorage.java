package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A file system that refuses symbolic links. */
final class LinklessStorage extends FilteredStorage {

    @Override
    public void link(Path link, Path target) throws IOException {
        throw new FileSystemException(link.toString(), target.toString(), "a required privilege is not held");
    }
}
