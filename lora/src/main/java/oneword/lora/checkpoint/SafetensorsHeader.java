package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, checked; the grammar stands at {@link SafetensorsFile}.
 *
 * @param tensors by name, in the order of their data
 * @param metadata the {@code __metadata__} map; empty if there is none
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    static final String WAY_OUT = "the file is damaged or not safetensors: download or save it again";

    private static final int MOST_DIMENSIONS = 64;

    /**
     * Parses and checks a header.
     *
     * @param file for messages
     * @param json the header's bytes
     * @param dataStart where the data section begins in the file
     * @param dataLength the bytes from there to the file's end
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataStart, long dataLength) {
        if (json.length == 0 || json[0] != '{') {
            throw new WeightFileException(file, "the header should begin with '{', found "
                    + (json.length == 0 ? "nothing" : String.format("byte 0x%02x", json[0])), WAY_OUT);
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        List<TensorInfo> tensors = new ArrayList<>();
        StrictJson.read(file, "header", WAY_OUT, json, header -> {
            for (String key = header.nextKey(); key != null; key = header.nextKey()) {
                if (key.equals(METADATA)) {
                    readMetadata(header, metadata);
                } else {
                    tensors.add(readTensor(file, header, key, dataStart, dataLength));
                }
            }
        });
        tensors.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::length));
        requireNoGap(file, tensors, dataStart, dataLength);
        Map<String, TensorInfo> byName = new LinkedHashMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        return new SafetensorsHeader(byName, Collections.unmodifiableMap(metadata));
    }

    private static void readMetadata(StrictJson header, Map<String, String> metadata) throws IOException {
        header.enterObject(METADATA);
        for (String key = header.nextKey(); key != null; key = header.nextKey()) {
            metadata.put(key, header.string(METADATA + " " + quote(key)));
        }
    }

    private static TensorInfo readTensor(Path file, StrictJson header, String name, long dataStart, long dataLength)
            throws IOException {
        String tensor = "tensor " + quote(name);
        String typeName = null;
        long[] shape = null;
        long[] offsets = null;
        header.enterObject(tensor);
        for (String key = header.nextKey(); key != null; key = header.nextKey()) {
            switch (key) {
                case "dtype" -> typeName = header.string(tensor + ": dtype");
                case "shape" -> shape = header.counts(tensor + ": shape", MOST_DIMENSIONS);
                case "data_offsets" -> offsets = header.counts(tensor + ": data_offsets", 2);
                default -> throw header.refuse(tensor + " has an unknown key " + quote(key));
            }
        }
        if (typeName == null || shape == null || offsets == null || offsets.length != 2) {
            throw header.refuse(tensor + " should have dtype, shape and two data_offsets");
        }
        DType dtype = readType(file, tensor, typeName);
        long expected = TensorInfo.byteLength(dtype, shape);
        if (expected < 0) {
            throw header.refuse(tensor + ": the size of shape " + Arrays.toString(shape) + " overflows");
        }
        if (offsets[1] < offsets[0] || offsets[1] > dataLength) {
            throw header.refuse(tensor + ": data_offsets " + Arrays.toString(offsets) + " do not lie in the "
                    + dataLength + " bytes of data (is the file cut short?)");
        }
        if (offsets[1] - offsets[0] != expected) {
            throw header.refuse(tensor + ": " + dtype + " of shape " + Arrays.toString(shape) + " needs " + expected
                    + " bytes, data_offsets " + Arrays.toString(offsets) + " give " + (offsets[1] - offsets[0]));
        }
        return new TensorInfo(name, dtype, shape, dataStart + offsets[0], expected);
    }

    private static DType readType(Path file, String tensor, String name) {
        return DType.named(name).orElseThrow(() -> new WeightFileException(file, tensor + " has the dtype "
                + quote(name) + ", expected one of " + Arrays.toString(DType.values()),
                "convert it to one of those, such as BF16, first"));
    }

    private static void requireNoGap(Path file, List<TensorInfo> tensors, long dataStart, long dataLength) {
        long at = dataStart;
        for (TensorInfo tensor : tensors) {
            if (tensor.offset() != at) {
                throw new WeightFileException(file, "tensor " + quote(tensor.name()) + " begins at byte "
                        + tensor.offset() + ", expected " + at + ": the data " + (tensor.offset() < at ? "overlap"
                        : "have a hole"), WAY_OUT);
            }
            at += tensor.length();
        }
        if (at != dataStart + dataLength) {
            throw new WeightFileException(file, "the tensors end at byte " + at + ", the file at "
                    + (dataStart + dataLength), WAY_OUT);
        }
    }
}
