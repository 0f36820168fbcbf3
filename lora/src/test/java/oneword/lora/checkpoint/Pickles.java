package oneword.lora.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Pickles and torch files written by hand. A pickle is Latin-1 text, one character for each byte: {@code "K\4"} is the
 * number 4, {@code ")"} the empty tuple, {@code "\u0085"} makes a tuple of one.
 */
final class Pickles {
    static final String PROTOCOL = "\u0080\2";
    static final String REBUILD = "ctorch._utils\n_rebuild_tensor_v2\n";
    /** Four bytes under the key 0. */
    static final String STORAGE = storage("ctorch\nByteStorage\n", text("0"), "K\4");
    /** requires_grad, backward hooks, and the call of {@link #REBUILD}. */
    static final String CALL = "\u0089}tR";

    private Pickles() {
    }

    /** The opcode BINUNICODE. */
    static String text(String ascii) {
        return "X" + (char) ascii.length() + "\0\0\0" + ascii;
    }

    static String storage(String type, String key, String elements) {
        return "(" + text("storage") + type + key + text("cpu") + elements + "tQ";
    }

    static String tensor(String offset, String shape, String strides) {
        return REBUILD + "(" + STORAGE + offset + shape + strides + CALL;
    }

    /** A whole pickle: the dict {"a": value}. */
    static String dict(String value) {
        return PROTOCOL + "}" + text("a") + value + "s.";
    }

    /** The dict of one tensor that is all of {@link #STORAGE}. */
    static String plain() {
        return dict(tensor("K\0", "K\4\u0085", "K\1\u0085"));
    }

    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] zip(String pickle) throws IOException {
        return zip(Map.of("archive/data.pkl", pickle, "archive/data/0", "\1\2\3\4"));
    }

    static byte[] zip(Map<String, String> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
                byte[] bytes = bytes(entry.getValue());
                CRC32 crc = new CRC32();
                crc.update(bytes);
                ZipEntry header = new ZipEntry(entry.getKey());
                header.setSize(bytes.length);
                header.setCrc(crc.getValue());
                zip.putNextEntry(header);
                zip.write(bytes);
            }
        }
        return out.toByteArray();
    }
}
