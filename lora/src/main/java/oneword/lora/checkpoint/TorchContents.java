package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import oneword.lora.checkpoint.PickleValue.PyDict;
import oneword.lora.checkpoint.PickleValue.PyList;
import oneword.lora.checkpoint.PickleValue.Storage;

/**
 * The pickled object of a torch file and where its storages lie, whichever of the two layouts of
 * {@link TorchPickleFile} the file has.
 *
 * @param root the object that was saved
 * @param offsets where each storage begins in the file, by its key
 */
record TorchContents(Object root, Map<String, Long> offsets) {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long LEGACY_PROTOCOL = 1001;
    private static final String PICKLE = "/data.pkl";
    private static final int FIRST_WINDOW = 1 << 16;
    /** The most bytes of one pickle: a thousand tensors take a quarter of a million. */
    private static final int MAX_PICKLE = 64 << 20;

    /** Reads the zip layout. */
    static TorchContents ofZip(MappedFile file) {
        Map<String, ZipRecords.Entry> entries = ZipRecords.read(file);
        String folder = folder(file, entries);
        if (entries.containsKey(folder + "/constants.pkl")) {
            throw new WeightFileException(file.path(), "is a TorchScript program, expected a state dict",
                    "save model.state_dict() with torch.save, or as safetensors");
        }
        ZipRecords.Entry order = entries.get(folder + "/byteorder");
        if (order != null) {
            order.requireStored(file.path());
            byte[] bytes = file.read(order.offset(), (int) Math.min(order.length(), 16));
            requireLittleEndian(file, "little".equals(new String(bytes, StandardCharsets.US_ASCII).strip()));
        }
        ZipRecords.Entry pickle = entries.get(folder + PICKLE);
        pickle.requireStored(file.path());
        Map<String, Storage> storages = new LinkedHashMap<>();
        Cursor cursor = new Cursor(file, pickle.offset(), pickle.offset() + pickle.length());
        Object root = cursor.pickle(storages);
        if (cursor.at != cursor.end) {
            throw refuse(file, "data.pkl ends at byte " + cursor.end + ", its pickle at " + cursor.at);
        }
        Map<String, Long> offsets = new HashMap<>();
        for (Storage storage : storages.values()) {
            ZipRecords.Entry record = entries.get(folder + "/data/" + storage.key());
            if (record != null) {
                record.requireStored(file.path());
            }
            if (record == null || record.length() != storage.bytes()) {
                throw refuse(file, "storage " + quote(storage.key()) + " should have " + storage.bytes()
                        + " bytes, found " + (record == null ? "no such record" : Long.toString(record.length())));
            }
            offsets.put(storage.key(), record.offset());
        }
        return new TorchContents(root, offsets);
    }

    private static String folder(MappedFile file, Map<String, ZipRecords.Entry> entries) {
        List<String> folders = entries.keySet().stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .map(name -> name.substring(0, name.indexOf('/')))
                .toList();
        if (folders.size() != 1) {
            throw refuse(file, "the zip archive should have one FOLDER/data.pkl, found " + folders.size() + " among "
                    + entries.size() + " entries");
        }
        return folders.get(0);
    }

    /** Reads the layout of torch before 1.6. */
    static TorchContents ofLegacy(MappedFile file) {
        Map<String, Storage> storages = new LinkedHashMap<>();
        Cursor cursor = new Cursor(file, 0, file.size());
        if (!MAGIC.equals(cursor.pickle(new HashMap<>()))) {
            throw refuse(file, "does not begin with torch's magic number");
        }
        if (!(cursor.pickle(new HashMap<>()) instanceof Long protocol) || protocol != LEGACY_PROTOCOL) {
            throw refuse(file, "is not of torch's file protocol " + LEGACY_PROTOCOL);
        }
        requireLittleEndian(file, cursor.pickle(new HashMap<>()) instanceof PyDict system
                && Boolean.TRUE.equals(system.entries().get("little_endian")));
        Object root = cursor.pickle(storages);
        if (!(cursor.pickle(new HashMap<>()) instanceof PyList keys) || keys.items().size() != storages.size()) {
            throw refuse(file, "the list of storages is not that of the pickle, which names " + storages.size());
        }
        Map<String, Long> offsets = new HashMap<>();
        for (Object key : keys.items()) {
            Storage storage = key instanceof String name ? storages.get(name) : null;
            if (storage == null || offsets.put(storage.key(), cursor.storage(storage)) != null) {
                throw refuse(file, "the list of storages is not that of the pickle");
            }
        }
        if (cursor.at != cursor.end) {
            throw refuse(file, "the storages end at byte " + cursor.at + ", the file at " + cursor.end);
        }
        return new TorchContents(root, offsets);
    }

    private static void requireLittleEndian(MappedFile file, boolean littleEndian) {
        if (!littleEndian) {
            throw new WeightFileException(file.path(), "was not saved as little-endian numbers, which alone are read",
                    "save it again on a little-endian machine");
        }
    }

    private static WeightFileException refuse(MappedFile file, String problem) {
        return new WeightFileException(file.path(), problem, TorchPickleFile.DAMAGED);
    }

    /** A place in a file, or in a part of it, where pickles and storages follow each other. */
    private static final class Cursor {
        private final MappedFile file;
        private final long end;
        private long at;

        Cursor(MappedFile file, long at, long end) {
            this.file = file;
            this.at = at;
            this.end = end;
        }

        /** Passes a pickle. Its length is known only at its end, so more and more is taken until all of it is there. */
        Object pickle(Map<String, Storage> storages) {
            int length = (int) Math.min(FIRST_WINDOW, end - at);
            while (true) {
                ByteBuffer bytes = ByteBuffer.wrap(file.read(at, length));
                try {
                    Object value = PickleReader.read(file.path(), bytes, storages);
                    at += bytes.position();
                    return value;
                } catch (BufferUnderflowException e) {
                    length = moreThan(length);
                }
            }
        }

        private int moreThan(int length) {
            if (length == end - at) {
                throw refuse(file, "ends inside a pickle");
            }
            if (length == MAX_PICKLE) {
                throw refuse(file, "has a pickle of more than " + MAX_PICKLE + " bytes");
            }
            return (int) Math.min(Math.min(4L * length, MAX_PICKLE), end - at);
        }

        /** Passes a storage, the number of elements before it; returns where its elements begin. */
        long storage(Storage storage) {
            long left = end - at - Long.BYTES;
            if (left < storage.bytes()) {
                throw refuse(file, "the file ends inside storage " + quote(storage.key()) + " of " + storage.bytes()
                        + " bytes");
            }
            long elements = ByteBuffer.wrap(file.read(at, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (elements != storage.elements()) {
                throw refuse(file, "storage " + quote(storage.key()) + " should have " + storage.elements()
                        + " elements, found " + elements);
            }
            long start = at + Long.BYTES;
            at = start + storage.bytes();
            return start;
        }
    }
}
