package oneword.trainer.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The real file system until a given change, which fails half done. After that all goes well again, as after a passing
 * fault; or it is as after a power failure: every further change fails, half of what was appended and not made durable
 * is gone, and so are new files whose names were not made durable.
 */
public final class FaultyStorage extends FilteredStorage {

    /** What can fail. */
    public enum Change { CREATE_FOLDER, OPEN, WRITE, SYNC, APPEND, TRUNCATE, LINK, RENAME, SYNC_FOLDER, DELETE }

    private final boolean crash;
    private final Map<Path, Long> durable = new HashMap<>();
    private final Set<Path> names = new HashSet<>();
    private int changesLeft;
    private Change failed;

    /**
     * Creates a storage.
     *
     * @param changes how many go well before the one that fails
     * @param crash whether everything fails after it
     */
    public FaultyStorage(int changes, boolean crash) {
        this.changesLeft = changes;
        this.crash = crash;
    }

    /** The change that failed, if it has come to that. */
    public Optional<Change> failed() {
        return Optional.ofNullable(failed);
    }

    private boolean fails(Change change) {
        boolean now = changesLeft == 0;
        changesLeft--;
        if (now) {
            failed = change;
        }
        return now || crash && failed != null;
    }

    private IOException fault() {
        if (crash) {
            try {
                losePower();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new IOException("injected");
    }

    private void losePower() throws IOException {
        for (Map.Entry<Path, Long> file : durable.entrySet()) {
            if (names.contains(file.getKey())) {
                files.delete(file.getKey());
            } else if (Files.exists(file.getKey())) {
                long half = (Files.size(file.getKey()) + file.getValue()) / 2;
                files.truncate(file.getKey(), Math.max(half, file.getValue()));
            }
        }
        durable.clear();
    }

    private void change(Change change) throws IOException {
        if (fails(change)) {
            throw fault();
        }
    }

    @Override
    public void write(Path file, FileContent content) throws IOException {
        change(Change.OPEN);
        files.write(file, disk -> content.writeTo(failing(disk)));
        change(Change.SYNC);
    }

    /** Writes half of the piece that fails. */
    private WritableByteChannel failing(WritableByteChannel disk) {
        return Channels.newChannel(new FilterOutputStream(OutputStream.nullOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                boolean fails = fails(Change.WRITE);
                ByteBuffer part = ByteBuffer.wrap(bytes, offset, fails ? length / 2 : length);
                while (part.hasRemaining()) {
                    disk.write(part);
                }
                if (fails) {
                    throw fault();
                }
            }
        });
    }

    @Override
    public GrowingFile append(Path file) throws IOException {
        change(Change.OPEN);
        if (!Files.exists(file)) {
            names.add(file);
        }
        GrowingFile grown = files.append(file);
        durable.put(file, Files.size(file));
        return new GrowingFile() {
            @Override
            public void append(byte[] bytes) throws IOException {
                if (fails(Change.APPEND)) {
                    grown.append(Arrays.copyOf(bytes, bytes.length / 2));
                    throw fault();
                }
                grown.append(bytes);
            }

            @Override
            public void sync() throws IOException {
                change(Change.SYNC);
                grown.sync();
                durable.put(file, Files.size(file));
            }

            @Override
            public void close() throws IOException {
                grown.close();
            }
        };
    }

    @Override
    public void truncate(Path file, long length) throws IOException {
        change(Change.TRUNCATE);
        files.truncate(file, length);
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        change(Change.CREATE_FOLDER);
        files.createFolder(folder);
    }

    @Override
    public void link(Path link, Path target) throws IOException {
        change(Change.LINK);
        files.link(link, target);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        change(Change.RENAME);
        files.rename(from, to);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        change(Change.SYNC_FOLDER);
        files.syncFolder(folder);
        names.removeIf(name -> folder.equals(name.getParent()));
    }

    @Override
    public void delete(Path path) throws IOException {
        if (fails(Change.DELETE)) {
            if (Files.isDirectory(path) && !files.list(path).isEmpty()) {
                files.delete(files.list(path).get(0));
            }
            throw fault();
        }
        files.delete(path);
    }
}
