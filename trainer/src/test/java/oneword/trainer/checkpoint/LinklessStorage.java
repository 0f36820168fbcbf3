package oneword.trainer.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;

/** A file system that refuses symbolic links. */
final class LinklessStorage implements Storage {

    private final Storage files = Storage.files();

    @Override
    public void write(Path file, FileContent content) throws IOException {
        files.write(file, content);
    }

    @Override
    public OutputStream append(Path file) throws IOException {
        return files.append(file);
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        files.createFolder(folder);
    }

    @Override
    public void link(Path link, Path target) throws IOException {
        throw new FileSystemException(link.toString(), target.toString(), "a required privilege is not held");
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        files.syncFolder(folder);
    }

    @Override
    public void delete(Path path) throws IOException {
        files.delete(path);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        return files.list(folder);
    }
}
