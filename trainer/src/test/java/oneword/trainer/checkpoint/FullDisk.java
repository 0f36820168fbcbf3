package oneword.trainer.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** A disk with so much room: what does not fit is written as far as it does, byte by byte. */
public final class FullDisk extends FilteredStorage {

    private final Path root;
    private final long size;

    /**
     * Creates a disk.
     *
     * @param root all that is on it
     * @param size bytes that files may have in all
     */
    public FullDisk(Path root, long size) {
        this.root = root;
        this.size = size;
    }

    /** Bytes of all files below a folder. */
    public static long used(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> Files.isRegularFile(path)).mapToLong(path -> path.toFile().length()).sum();
        }
    }

    private interface Part {

        void write(byte[] bytes) throws IOException;
    }

    private void writeWhatFits(byte[] bytes, Part part) throws IOException {
        long free = Math.max(0, size - used(root));
        part.write(Arrays.copyOf(bytes, (int) Math.min(free, bytes.length)));
        if (free < bytes.length) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public void write(Path file, FileContent content) throws IOException {
        files.write(file, disk -> content.writeTo(Channels.newChannel(
            new FilterOutputStream(OutputStream.nullOutputStream()) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    byte[] wanted = Arrays.copyOfRange(bytes, offset, offset + length);
                    writeWhatFits(wanted, part -> disk.write(ByteBuffer.wrap(part)));
                }
            })));
    }

    @Override
    public GrowingFile append(Path file) throws IOException {
        GrowingFile grown = files.append(file);
        return new GrowingFile() {
            @Override
            public void append(byte[] bytes) throws IOException {
                writeWhatFits(bytes, grown::append);
            }

            @Override
            public void sync() throws IOException {
                grown.sync();
            }

            @Override
            public void close() throws IOException {
                grown.close();
            }
        };
    }
}
