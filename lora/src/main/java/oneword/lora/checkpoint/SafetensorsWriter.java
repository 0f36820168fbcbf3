package oneword.lora.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Writes safetensors files (grammar: {@link SafetensorsFile}), one tensor at a time.
 *
 * <p>The bytes depend on nothing but the tensors and the metadata: tensors go by element type, the widest first,
 * then by name; the header has no white space but the spaces that pad it to a multiple of 8, so that every tensor is
 * aligned to its element size. These are the bytes of the reference library (0.8), save that it writes several
 * metadata keys in no fixed order where this class sorts them; names are sorted by their UTF-8 bytes. Without
 * metadata the header has no {@code __metadata__}.
 *
 * <pre>{@code
 * SafetensorsWriter.write(path, Map.of("format", "pt"), List.of(
 *     TensorData.of("lora_A.weight", DType.F32, new long[] {8, 768}, () -> bytes)));
 * }</pre>
 */
public final class SafetensorsWriter {
    /** The reference library's order of types, which is that of falling alignment. */
    private static final List<DType> ORDER = List.of(DType.I64, DType.F64, DType.F32, DType.I32, DType.BF16, DType.F16,
            DType.I16, DType.I8, DType.U8, DType.BOOL);
    private static final Comparator<String> BY_UTF8 = (a, b) ->
            Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private SafetensorsWriter() {
    }

    /**
     * Writes a file, all or nothing: the bytes go to a new file beside it whose name starts with a dot, which then
     * replaces {@code path}. On failure that file is removed and {@code path} is as it was. A mapping of the replaced
     * file stays valid. Nothing is forced to the disk (fsync): that is the caller's to do.
     *
     * @param path the file to write or replace, in a folder that exists
     * @param metadata the {@code __metadata__} map; may be empty
     * @param tensors in any order, no name twice
     * @return the file's bytes
     * @throws WeightFileException if the file cannot be written
     * @throws IllegalArgumentException as in {@link #write(WritableByteChannel, Map, Collection)}
     */
    public static long write(Path path, Map<String, String> metadata, Collection<TensorData> tensors) {
        Path unfinished = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID());
        try {
            try {
                long size;
                try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
                    size = write(channel, metadata, tensors);
                }
                Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
                return size;
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new WeightFileException(path, "cannot be written (" + e + ")",
                    "check that its folder exists and is writable and that the disk has room", e);
        }
    }

    /**
     * Writes the same bytes to a channel, which stays open.
     *
     * @param channel where the bytes go, in blocking mode
     * @param metadata the {@code __metadata__} map; may be empty
     * @param tensors in any order, no name twice
     * @return how many bytes were written
     * @throws IOException from the channel
     * @throws IllegalArgumentException if a name stands twice, a string is not valid Unicode, the header is beyond
     *     100,000,000 bytes, or a tensor's buffers hold more or fewer bytes than its shape says; the last is seen
     *     only when the tensor is written
     */
    public static long write(WritableByteChannel channel, Map<String, String> metadata, Collection<TensorData> tensors)
            throws IOException {
        List<TensorData> ordered = tensors.stream()
                .sorted(Comparator.<TensorData>comparingInt(tensor -> ORDER.indexOf(tensor.dtype()))
                        .thenComparing(TensorData::name, BY_UTF8))
                .toList();
        long written = writeFully(channel, header(metadata, ordered));
        for (TensorData tensor : ordered) {
            written += writeTensor(channel, tensor);
        }
        return written;
    }

    private static long writeTensor(WritableByteChannel channel, TensorData tensor) throws IOException {
        long written = 0;
        for (ByteBuffer chunk : tensor.chunks().get()) {
            if (chunk.remaining() > tensor.length() - written) {
                throw wrongLength(tensor, "at least " + (written + chunk.remaining()));
            }
            written += writeFully(channel, chunk.duplicate());
        }
        if (written != tensor.length()) {
            throw wrongLength(tensor, Long.toString(written));
        }
        return written;
    }

    private static IllegalArgumentException wrongLength(TensorData tensor, String found) {
        return new IllegalArgumentException(tensor.name() + ": " + tensor.dtype() + Arrays.toString(tensor.shape())
                + " takes " + tensor.length() + " bytes, its buffers give " + found);
    }

    private static long writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        long length = bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return length;
    }

    private static ByteBuffer header(Map<String, String> metadata, List<TensorData> ordered) {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            appendMetadata(json, metadata);
        }
        Set<String> seen = new HashSet<>();
        long offset = 0;
        for (TensorData tensor : ordered) {
            if (!seen.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors are named " + tensor.name());
            }
            appendKey(json, tensor.name());
            json.append("{\"dtype\":\"").append(tensor.dtype()).append("\",\"shape\":")
                    .append(Arrays.toString(tensor.shape()).replace(" ", ""))
                    .append(",\"data_offsets\":[").append(offset).append(',');
            offset = Math.addExact(offset, tensor.length());
            json.append(offset).append("]}");
        }
        byte[] utf8 = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        int padded = Math.addExact(utf8.length, Math.floorMod(-utf8.length, Long.BYTES));
        if (padded > StrictJson.MAX_BYTES) {
            throw new IllegalArgumentException("the header would have " + padded + " bytes, the format allows "
                    + StrictJson.MAX_BYTES);
        }
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(utf8);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static void appendMetadata(StringBuilder json, Map<String, String> metadata) {
        Map<String, String> sorted = new TreeMap<>(BY_UTF8);
        sorted.putAll(metadata);
        appendKey(json, SafetensorsHeader.METADATA);
        json.append('{');
        sorted.forEach((key, value) -> {
            appendKey(json, key);
            appendString(json, value);
        });
        json.append('}');
    }

    private static void appendKey(StringBuilder json, String key) {
        if (json.charAt(json.length() - 1) != '{') {
            json.append(',');
        }
        appendString(json, key);
        json.append(':');
    }

    private static void appendString(StringBuilder json, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("not valid Unicode: " + WeightFileException.quote(text));
        }
        json.append('"');
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\t' -> json.append("\\t");
                case '\n' -> json.append("\\n");
                case '\f' -> json.append("\\f");
                case '\r' -> json.append("\\r");
                default -> json.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        json.append('"');
    }
}
