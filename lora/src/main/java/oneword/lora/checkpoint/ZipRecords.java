package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the entries of a zip archive lie in the file, so that they can be mapped in place. Of the zip format
 * (PKWARE's APPNOTE 6.3.10) this reads what torch writes:
 * <pre>{@code
 * Archive  --> { LocalHeader, Bytes [, descriptor] }, { CentralHeader }, [Zip64End, Zip64Locator,] End
 * Local-   --> "PK\3\4", version:2, flags:2, method:2, time:4, crc:4, sizes:8, name length:2, extra length:2, name,
 * extra Central- --> "PK\1\2", versions:4, flags:2, method:2, time:4, crc:4, compressed:4, size:4, name length:2,
 *              extra length:2, comment length:2, disk:2, attributes:6, local header's offset:4, name, extra, comment
 * Zip64End --> "PK\6\6", rest:8, versions:4, disks:8, entries on disk:8, entries:8, central size:8, central offset:8
 * Locator  --> "PK\6\7", disk:4, offset of Zip64End:8, disks:4
 * End      --> "PK\5\6", disks:4, entries on disk:2, entries:2, central size:4, central offset:4, comment
 * }</pre>
 * Sizes and offsets of all ones stand in the extra field 1 or in Zip64End. Entries must lie apart
 * from each other, and those that are read must be stored (method 0) and not encrypted; names are never used as
 * paths. Checksums are not compared, since torch can be told not to compute them.
 */
final class ZipRecords {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int ZIP64_END = 0x06064b50;
    private static final int ZIP64_LOCATOR = 0x07064b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int ZIP64_END_BYTES = 56;
    private static final int ZIP64_LOCATOR_BYTES = 20;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final int MAX_CENTRAL = 64 << 20;
    private static final long ALL_ONES = 0xFFFFFFFFL;

    private final MappedFile file;

    /**
     * An entry's place.
     *
     * @param name its name
     * @param header where its local header begins in the file
     * @param offset where its bytes begin
     * @param length how many there are in the file
     * @param method 0 if they are stored as they are; -1 if they are encrypted
     */
    record Entry(String name, long header, long offset, long length, int method) {
        void requireStored(Path file) {
            if (method != 0) {
                throw new WeightFileException(file, "entry " + quote(name) + " is "
                        + (method < 0 ? "encrypted" : "compressed (method " + method + ")")
                        + ", expected stored as torch.save does", "unpack it and save it again with torch.save");
            }
        }
    }

    private record Directory(long offset, long length, long entries) {
    }

    private ZipRecords(MappedFile file) {
        this.file = file;
    }

    /** The entries by name, in the order of the central directory. */
    static Map<String, Entry> read(MappedFile file) {
        return new ZipRecords(file).entries();
    }

    private Map<String, Entry> entries() {
        Directory directory = directory();
        ByteBuffer central = bytes(directory.offset(), (int) directory.length());
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < directory.entries(); i++) {
            Entry entry = entry(central, directory.offset());
            if (entries.put(entry.name(), entry) != null) {
                throw refuse("two entries are named " + quote(entry.name()));
            }
        }
        if (central.hasRemaining()) {
            throw refuse("its directory holds more than the " + directory.entries() + " entries it says");
        }
        requireApart(entries);
        return entries;
    }

    private Directory directory() {
        int tail = (int) Math.min(file.size(), END_BYTES + MAX_COMMENT);
        ByteBuffer bytes = bytes(file.size() - tail, tail);
        int at = tail - END_BYTES;
        while (at >= 0 && !(bytes.getInt(at) == END && unsigned(bytes.getShort(at + 20)) == tail - END_BYTES - at)) {
            at--;
        }
        if (at < 0) {
            throw refuse("the end of its directory is missing (is the file cut short?)");
        }
        long end = file.size() - tail + at;
        bytes.position(at + 4);
        int disks = bytes.getInt();
        long onDisk = unsigned(bytes.getShort());
        long entries = unsigned(bytes.getShort());
        long length = unsigned(bytes.getInt());
        long offset = unsigned(bytes.getInt());
        Directory plain = new Directory(offset, length, entries);
        boolean wide = end >= ZIP64_LOCATOR_BYTES && bytes(end - ZIP64_LOCATOR_BYTES, 4).getInt() == ZIP64_LOCATOR;
        long directoryEnd = wide ? end - ZIP64_LOCATOR_BYTES - ZIP64_END_BYTES : end;
        Directory directory = wide ? zip64(plain, directoryEnd) : plain;
        if (disks != 0 || onDisk != entries || directory.offset() < 0 || directory.length() < 0
                || directory.length() > MAX_CENTRAL || directory.offset() != directoryEnd - directory.length()
                || directory.entries() < 0 || directory.entries() > directory.length() / CENTRAL_BYTES) {
            throw refuse("its directory of " + directory.entries() + " entries in " + directory.length() + " bytes at "
                    + directory.offset() + " does not end at byte " + directoryEnd + " as it should");
        }
        return directory;
    }

    /** The directory as Zip64End gives it; it must agree with what fits into End. */
    private Directory zip64(Directory plain, long at) {
        long located = at < 0 ? -1 : bytes(at + ZIP64_END_BYTES, ZIP64_LOCATOR_BYTES).getLong(8);
        if (at < 0 || at != located) {
            throw refuse("the zip64 end of its directory is at byte " + located + ", expected " + at);
        }
        ByteBuffer zip64 = bytes(at, ZIP64_END_BYTES);
        Directory directory = new Directory(zip64.getLong(48), zip64.getLong(40), zip64.getLong(32));
        if (zip64.getInt(0) != ZIP64_END || zip64.getLong(24) != directory.entries()
                || plain.entries() != 0xFFFF && plain.entries() != directory.entries()
                || plain.length() != ALL_ONES && plain.length() != directory.length()
                || plain.offset() != ALL_ONES && plain.offset() != directory.offset()) {
            throw refuse("the two ends of its directory disagree");
        }
        return directory;
    }

    private Entry entry(ByteBuffer central, long directoryOffset) {
        if (central.remaining() < CENTRAL_BYTES || central.getInt(central.position()) != CENTRAL) {
            throw refuse("an entry of its directory is damaged");
        }
        int at = central.position();
        int nameLength = unsigned(central.getShort(at + 28));
        int extraLength = unsigned(central.getShort(at + 30));
        int commentLength = unsigned(central.getShort(at + 32));
        if (central.remaining() < CENTRAL_BYTES + nameLength + extraLength + commentLength) {
            throw refuse("an entry of its directory is damaged");
        }
        byte[] nameBytes = new byte[nameLength];
        central.get(at + CENTRAL_BYTES, nameBytes);
        String name = name(nameBytes);
        int method = method(central.getShort(at + 8), central.getShort(at + 10));
        ByteBuffer extra = central.slice(at + CENTRAL_BYTES + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer wide = zip64Extra(extra);
        long length = widen(name, central.getInt(at + 24), wide);
        long compressed = widen(name, central.getInt(at + 20), wide);
        long local = widen(name, central.getInt(at + 42), wide);
        if (method == 0 && compressed != length || compressed < 0 || local < 0
                || local > directoryOffset - LOCAL_BYTES) {
            throw refuse("entry " + quote(name) + " of " + compressed + " bytes for " + length + " at " + local
                    + " does not lie in the file");
        }
        central.position(at + CENTRAL_BYTES + nameLength + extraLength + commentLength);
        long offset = local + localHeaderLength(name, nameBytes, local, directoryOffset, method);
        if (offset > directoryOffset || compressed > directoryOffset - offset) {
            throw refuse("entry " + quote(name) + " runs beyond the directory");
        }
        return new Entry(name, local, offset, compressed, method);
    }

    private long localHeaderLength(String name, byte[] nameBytes, long at, long directoryOffset, int method) {
        ByteBuffer local = bytes(at, LOCAL_BYTES);
        int nameLength = unsigned(local.getShort(26));
        if (local.getInt(0) != LOCAL || method(local.getShort(6), local.getShort(8)) != method
                || nameLength != nameBytes.length
                || nameLength > directoryOffset - at - LOCAL_BYTES
                || !Arrays.equals(bytes(at + LOCAL_BYTES, nameLength).array(), nameBytes)) {
            throw refuse("entry " + quote(name) + " has no header like its directory entry at byte " + at);
        }
        return LOCAL_BYTES + nameLength + unsigned(local.getShort(28));
    }

    private static int method(short flags, short method) {
        return (flags & 1) != 0 ? -1 : unsigned(method);
    }

    private void requireApart(Map<String, Entry> entries) {
        List<Entry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(Entry::header));
        for (int i = 1; i < sorted.size(); i++) {
            Entry before = sorted.get(i - 1);
            if (before.offset() + before.length() > sorted.get(i).header()) {
                throw refuse("entries " + quote(before.name()) + " and " + quote(sorted.get(i).name()) + " overlap");
            }
        }
    }

    private ByteBuffer zip64Extra(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = unsigned(extra.getShort());
            int length = unsigned(extra.getShort());
            if (length > extra.remaining()) {
                break;
            }
            if (id == 1) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private long widen(String name, int narrow, ByteBuffer wide) {
        if (unsigned(narrow) != ALL_ONES) {
            return unsigned(narrow);
        }
        if (wide.remaining() < Long.BYTES) {
            throw refuse("entry " + quote(name) + " lacks its zip64 size");
        }
        return wide.getLong();
    }

    private String name(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new WeightFileException(file.path(), "the name of a zip entry is not UTF-8",
                    TorchPickleFile.DAMAGED, e);
        }
    }

    private ByteBuffer bytes(long offset, int length) {
        return ByteBuffer.wrap(file.read(offset, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int unsigned(short number) {
        return number & 0xFFFF;
    }

    private static long unsigned(int number) {
        return number & ALL_ONES;
    }

    private WeightFileException refuse(String problem) {
        return new WeightFileException(file.path(), "the zip archive is not as torch writes it: " + problem,
                TorchPickleFile.DAMAGED);
    }
}
