package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The real file system, for doubles that change some of it. */
public class FilteredStorage implements Storage {

    /** What does the writing in the end. */
    protected final Storage files = Storage.files();

    @Override
    public void write(Path file, FileContent content) throws IOException {
        files.write(file, content);
    }

    @Override
    public GrowingFile append(Path file) throws IOException {
        return files.append(file);
    }

    @Override
    public void truncate(Path file, long length) throws IOException {
        files.truncate(file, length);
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        files.createFolder(folder);
    }

    @Override
    public void link(Path link, Path target) throws IOException {
        files.link(link, target);
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
