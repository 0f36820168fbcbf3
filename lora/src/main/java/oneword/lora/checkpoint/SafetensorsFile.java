package oneword.lora.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file, read in place.
 *
 * <p>The grammar, all integers little-endian:
 * <pre>{@code
 * File        --> HeaderLength, Header, Data
 * HeaderLength--> uint64, the bytes of Header, at most 100,000,000
 * Header      --> UTF-8 JSON that begins with '{' and may end in white space:
 *                 { ["__metadata__": {String: String, ...},] Name: Tensor, ... }, no key twice
 * Tensor      --> {"dtype": Type, "shape": [uint64, ...], "data_offsets": [Begin, End]}
 * Type        --> "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL"
 * Begin, End  --> uint64, counted from the start of Data; End - Begin = product(shape) * size(Type)
 * Data        --> the tensors' elements, row-major; every byte up to the end of the file belongs to exactly one
 * tensor }</pre>
 * Anything else is refused, as the reference library does; beyond it, a tensor has at most 64 dimensions and no keys
 * but the three. Other types of the format (8-bit floats and below, complex, unsigned integers beyond 8 bits) are
 * refused by name. A shape with a 0 has no bytes; the shape {@code []} is a scalar.
 *
 * <p>Only the header is read at {@link #open(Path)}. See {@link WeightSource} for how long buffers live.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
 */
public final class SafetensorsFile implements WeightSource {
    private final MappedFile file;
    private final TensorTable<TensorInfo> tensors;
    private final Map<String, String> metadata;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header) {
        this.file = file;
        this.tensors = new TensorTable<>(file.path(), header.tensors());
        this.metadata = header.metadata();
    }

    /**
     * Opens a file and checks its header.
     *
     * @param path the file
     * @return the open file
     * @throws WeightFileException if there is no such file, it cannot be read, or it departs from the grammar
     */
    public static SafetensorsFile open(Path path) {
        MappedFile file = MappedFile.open(path);
        try {
            return new SafetensorsFile(file, readHeader(file));
        } catch (WeightFileException e) {
            file.close();
            throw e;
        }
    }

    private static SafetensorsHeader readHeader(MappedFile file) {
        long afterLength = file.size() - Long.BYTES;
        if (afterLength < 0) {
            throw new WeightFileException(file.path(), "has " + file.size() + " bytes, expected at least " + Long.BYTES,
                    SafetensorsHeader.WAY_OUT);
        }
        long length = ByteBuffer.wrap(file.read(0, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > StrictJson.MAX_BYTES) {
            throw new WeightFileException(file.path(), "the header should have at most " + StrictJson.MAX_BYTES
                    + " bytes, found the length " + Long.toUnsignedString(length), SafetensorsHeader.WAY_OUT);
        }
        if (length > afterLength) {
            throw new WeightFileException(file.path(), "the header should have " + length + " bytes, the file has only "
                    + afterLength + " left", SafetensorsHeader.WAY_OUT);
        }
        return SafetensorsHeader.parse(file.path(), file.read(Long.BYTES, (int) length), Long.BYTES + length,
                afterLength - length);
    }

    /**
     * The {@code __metadata__} map of the header.
     *
     * @return unmodifiable; empty if the file has none
     */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public Set<String> names() {
        return tensors.names();
    }

    @Override
    public TensorInfo info(String name) {
        return tensors.get(name);
    }

    @Override
    public ByteBuffer map(String name) {
        return file.map(tensors.get(name));
    }

    @Override
    public List<ByteBuffer> mapChunks(String name, int maxBytes) {
        return file.mapChunks(tensors.get(name), maxBytes);
    }

    @Override
    public void read(String name, ByteBuffer into) {
        file.read(tensors.get(name), into);
    }

    @Override
    public Path file(String name) {
        tensors.get(name);
        return file.path();
    }

    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return file.path().toString();
    }
}
