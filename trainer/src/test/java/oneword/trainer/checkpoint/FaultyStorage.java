package oneword.trainer.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The real file system until a given change, which fails half done. After that every change fails as after a crash, or
 * all go well again as after a passing fault.
 */
final class FaultyStorage implements Storage {

    private final Storage files = Storage.files();
    private final boolean crash;
    private int changesLeft;

    FaultyStorage(int changes, boolean crash) {
        this.changesLeft = changes;
        this.crash = crash;
    }

    private void change() throws IOException {
        boolean fails = changesLeft == 0 || crash && changesLeft < 0;
        changesLeft--;
        if (fails) {
            throw new IOException("injected");
        }
    }

    @Override
    public void write(Path file, FileContent content) throws IOException {
        try {
            change();
        } catch (IOException e) {
            if (changesLeft == -1) {
                content.writeTo(file);
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            }
            throw e;
        }
        files.write(file, content);
    }

    @Override
    public OutputStream append(Path file) throws IOException {
        return new FilterOutputStream(files.append(file)) {
            @Override
            public void write(byte[] bytes) throws IOException {
                change();
                out.write(bytes);
            }
        };
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        change();
        files.createFolder(folder);
    }

    @Override
    public void link(Path link, Path target) throws IOException {
        change();
        files.link(link, target);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        change();
        files.rename(from, to);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        change();
        files.syncFolder(folder);
    }

    @Override
    public void delete(Path path) throws IOException {
        if (changesLeft == 0 && Files.isDirectory(path)) {
            files.delete(files.list(path).get(0));
        }
        change();
        files.delete(path);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        return files.list(folder);
    }
}
