package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file open for reading, parts of which can be copied or mapped. Each tensor is mapped on its own, once, so that a
 * file beyond 2 GiB can be read and asking again costs nothing; failures become {@link WeightFileException}s that name
 * the file.
 */
final class MappedFile implements AutoCloseable {
    private static final String GIT_LFS_POINTER = "version https://git-lfs.";

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final Map<String, ByteBuffer> mapped = new ConcurrentHashMap<>();

    private MappedFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    static MappedFile open(Path path) {
        if (!Files.exists(path)) {
            throw new WeightFileException(path, "there is no such file", "check the path");
        }
        if (!Files.isRegularFile(path)) {
            throw new WeightFileException(path, "expected a file, found a folder or device",
                    "name the weight file itself");
        }
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                MappedFile file = new MappedFile(path, channel, channel.size());
                file.requireNoPointer();
                return file;
            } catch (IOException | WeightFileException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** Refuses what a clone without Git LFS has in place of a large file. */
    private void requireNoPointer() {
        int length = (int) Math.min(size, GIT_LFS_POINTER.length());
        if (GIT_LFS_POINTER.equals(new String(read(0, length), StandardCharsets.US_ASCII))) {
            throw new WeightFileException(path, "is a Git LFS pointer of " + size + " bytes, expected the weights",
                    "fetch them with git lfs pull, or download the file");
        }
    }

    static WeightFileException unreadable(Path path, IOException e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new WeightFileException(path, "cannot be read (" + reason + ")",
                "check the disk and the file's permissions", e);
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /** Copies {@code length} bytes from {@code offset}; the caller has checked that the file holds them. */
    byte[] read(long offset, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        fill(bytes, offset);
        return bytes.array();
    }

    /** Copies a tensor to where {@code into} stands. */
    void read(TensorInfo tensor, ByteBuffer into) {
        fill(room(tensor, into), tensor.offset());
    }

    /** The next bytes of a buffer, as many as the tensor has; passes them. */
    static ByteBuffer room(TensorInfo tensor, ByteBuffer into) {
        if (tensor.length() > into.remaining()) {
            throw new IllegalArgumentException("a buffer with room for " + into.remaining() + " bytes, for " + tensor
                    + " of " + tensor.length());
        }
        int length = (int) tensor.length();
        ByteBuffer room = into.slice(into.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        into.position(into.position() + length);
        return room;
    }

    private void fill(ByteBuffer bytes, long offset) {
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new WeightFileException(path, "ends at byte " + (offset + bytes.position())
                            + " though it was " + size + " bytes long when opened",
                            "do not change it while it is read");
                }
            }
        } catch (ClosedChannelException e) {
            throw closed(e);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    ByteBuffer map(TensorInfo tensor) {
        requireOneBuffer(tensor, "read it in pieces with mapChunks");
        requireOpen();
        return share(mapped.computeIfAbsent(tensor.name(), name -> map(tensor.offset(), tensor.length())));
    }

    List<ByteBuffer> mapChunks(TensorInfo tensor, int maxBytes) {
        long chunk = wholeElements(tensor, maxBytes);
        if (tensor.length() <= chunk) {
            return List.of(map(tensor));
        }
        requireOpen();
        List<ByteBuffer> chunks = new ArrayList<>();
        for (long at = 0; at < tensor.length(); at += chunk) {
            chunks.add(map(tensor.offset() + at, Math.min(chunk, tensor.length() - at)));
        }
        return List.copyOf(chunks);
    }

    static int wholeElements(TensorInfo tensor, int maxBytes) {
        int chunk = maxBytes - Math.floorMod(maxBytes, tensor.dtype().size());
        if (chunk <= 0) {
            throw new IllegalArgumentException("maxBytes " + maxBytes + " holds no element of " + tensor);
        }
        return chunk;
    }

    /** A view with a position of its own. */
    static ByteBuffer share(ByteBuffer buffer) {
        return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    void requireOneBuffer(TensorInfo tensor, String wayOut) {
        if (tensor.length() > Integer.MAX_VALUE) {
            throw new WeightFileException(path, "tensor " + quote(tensor.name()) + " has " + tensor.length()
                    + " bytes, more than one buffer can hold (" + Integer.MAX_VALUE + ")", wayOut);
        }
    }

    /** Maps at most 2 GiB that lie in the file. */
    ByteBuffer map(long offset, long length) {
        try {
            return channel.map(MapMode.READ_ONLY, offset, length).order(ByteOrder.LITTLE_ENDIAN);
        } catch (ClosedChannelException e) {
            throw closed(e);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private void requireOpen() {
        if (!channel.isOpen()) {
            throw closed(null);
        }
    }

    private IllegalStateException closed(Throwable cause) {
        return new IllegalStateException(path + " is closed", cause);
    }

    @Override
    public void close() {
        mapped.clear();
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }
}
