package oneword.lora.kernel;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive: a ZIP of stored entries that holds source text and the attributes of one module.
 *
 * <p>Entries: {@code ops/version}, {@code ops/constants.pkl} (an empty tuple), {@code ops/data.pkl} (pickle protocol 2:
 * an object of class {@code __torch__.Ops} and its attributes) and {@code ops/code/__torch__.py} (the source).
 */
final class KernelArchive {

    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private KernelArchive() {}

    /**
     * Writes one archive.
     *
     * @param source text of {@code class Ops(Module)} in the dialect of serialised TorchScript
     * @param attributes values of the attributes that the class declares: Boolean, Integer, Double or String
     * @param out receives the archive; left open
     */
    static void write(String source, Map<String, Object> attributes, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        entry(zip, "ops/version", "3\n".getBytes(StandardCharsets.UTF_8));
        entry(zip, "ops/constants.pkl", EMPTY_TUPLE);
        entry(zip, "ops/data.pkl", pickle(attributes));
        entry(zip, "ops/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        zip.finish();
    }

    /**
     * Reads and joins a kernel's source.
     *
     * @param owner class whose package and class loader hold the resources
     * @param names file names of the resources, relative to the owner's package
     */
    static String source(Class<?> owner, String... names) throws IOException {
        StringBuilder source = new StringBuilder();
        for (String name : names) {
            try (InputStream in = owner.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalArgumentException("No kernel source " + name + " beside " + owner.getName());
                }
                source.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)).append('\n');
            }
        }
        return source.toString();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] pickle(Map<String, Object> attributes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(new byte[] {(byte) 0x80, 2});
        out.writeBytes("c__torch__\nOps\n)");
        out.writeByte(0x81);
        out.writeBytes("}(");
        string(out, "training");
        out.writeByte(0x88);
        for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
            string(out, attribute.getKey());
            value(out, attribute.getValue());
        }
        out.writeBytes("ub.");
        return bytes.toByteArray();
    }

    private static void value(DataOutputStream out, Object value) throws IOException {
        if (value instanceof Boolean flag) {
            out.writeByte(flag ? 0x88 : 0x89);
        } else if (value instanceof Integer number) {
            out.writeByte('J');
            out.writeInt(Integer.reverseBytes(number));
        } else if (value instanceof Double number) {
            out.writeByte('G');
            out.writeDouble(number);
        } else if (value instanceof String text) {
            string(out, text);
        } else {
            throw new IllegalArgumentException("A kernel attribute cannot be a " + value.getClass().getName());
        }
    }

    private static void string(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeByte('X');
        out.writeInt(Integer.reverseBytes(utf8.length));
        out.write(utf8);
    }
}
