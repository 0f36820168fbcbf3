package oneword.trainer.embedding.stream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import oneword.trainer.embedding.EmbeddingException;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/**
 * Apache Parquet, format version 1, two columns:
 *
 * <pre>
 * message schema {
 *   required binary sentence (STRING);
 *   required group embedding (LIST) { repeated group list { required float element; } }
 * }
 * </pre>
 *
 * <p>A window is a row group, a column of it one uncompressed page in PLAIN encoding: text and numbers of a network
 * hardly shrink. The file's end describes all row groups; an unfinished file has no end, and {@link #resume} learns its
 * row groups from the headers of its pages. The metadata's structures are those of the Parquet project; its writer
 * would bring Hadoop along, which is larger than oneword.
 */
final class ParquetFormat implements RowFormat<float[]> {

    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    /** The version of this writer: another oneword makes the same bytes of the same rows. */
    private static final String WRITER = "oneword-parquet version 1.0.0";
    private static final List<String> SENTENCE = List.of("sentence");
    private static final List<String> EMBEDDING = List.of("embedding", "list", "element");

    private final List<RowGroup> groups = new ArrayList<>();
    private long position;

    @Override
    public void begin(OutputStream out) throws IOException {
        out.write(MAGIC);
        position = MAGIC.length;
    }

    @Override
    public void resume(FileChannel file, long end) throws IOException {
        position = MAGIC.length;
        while (position < end) {
            ColumnChunk sentences = chunk(file, Type.BYTE_ARRAY, SENTENCE);
            groups.add(group(sentences, chunk(file, Type.FLOAT, EMBEDDING)));
        }
        if (position != end) {
            throw new EmbeddingException("the unfinished Parquet file is damaged: its last page ends at byte "
                + position + ", not at " + end + ". Begin again without --resume.");
        }
    }

    /** Describes the page that begins at the position, and moves behind it. */
    private ColumnChunk chunk(FileChannel file, Type type, List<String> column) throws IOException {
        long start = position;
        InputStream in = Channels.newInputStream(file.position(start));
        PageHeader header = Util.readPageHeader(in);
        position = file.position() + header.getCompressed_page_size();
        return chunk(type, column, header.getData_page_header().getNum_values(), start);
    }

    @Override
    public void append(OutputStream out, List<String> sentences, List<float[]> rows) throws IOException {
        long start = position;
        page(out, sentences.size(), texts(sentences));
        ColumnChunk first = chunk(Type.BYTE_ARRAY, SENTENCE, sentences.size(), start);
        start = position;
        int values = rows.size() * rows.get(0).length;
        page(out, values, numbers(rows));
        groups.add(group(first, chunk(Type.FLOAT, EMBEDDING, values, start)));
    }

    private void page(OutputStream out, int values, byte[] content) throws IOException {
        PageHeader header = new PageHeader(PageType.DATA_PAGE, content.length, content.length);
        header.setData_page_header(new DataPageHeader(values, Encoding.PLAIN, Encoding.RLE, Encoding.RLE));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        Util.writePageHeader(header, head);
        head.writeTo(out);
        out.write(content);
        position += head.size() + content.length;
    }

    /** PLAIN byte arrays: the length in four bytes, little end first, and the text. A required column has no levels. */
    private static byte[] texts(List<String> sentences) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String sentence : sentences) {
            byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(fourBytes(text.length));
            bytes.writeBytes(text);
        }
        return bytes.toByteArray();
    }

    /** Repetition levels, definition levels, and PLAIN floats. */
    private static byte[] numbers(List<float[]> rows) {
        int columns = rows.get(0).length;
        ByteArrayOutputStream repetition = new ByteArrayOutputStream();
        for (int i = 0; i < rows.size(); i++) {
            run(repetition, 1, 0);
            run(repetition, columns - 1, 1);
        }
        ByteArrayOutputStream definition = new ByteArrayOutputStream();
        run(definition, rows.size() * columns, 1);
        ByteBuffer bytes = ByteBuffer.allocate(
            2 * Integer.BYTES + repetition.size() + definition.size() + rows.size() * columns * Float.BYTES);
        bytes.order(ByteOrder.LITTLE_ENDIAN)
            .putInt(repetition.size()).put(repetition.toByteArray())
            .putInt(definition.size()).put(definition.toByteArray());
        for (float[] row : rows) {
            bytes.asFloatBuffer().put(row);
            bytes.position(bytes.position() + columns * Float.BYTES);
        }
        return bytes.array();
    }

    /** A run of the RLE hybrid for levels of one bit: its length, doubled, as a varint, and the level in one byte. */
    private static void run(ByteArrayOutputStream out, int length, int level) {
        if (length == 0) {
            return;
        }
        int rest = length << 1;
        while (rest >= 0x80) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        out.write(level);
    }

    private static byte[] fourBytes(int value) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    private ColumnChunk chunk(Type type, List<String> column, long values, long start) {
        long size = position - start;
        ColumnMetaData data = new ColumnMetaData(type, List.of(Encoding.PLAIN, Encoding.RLE), column,
            CompressionCodec.UNCOMPRESSED, values, size, size, start);
        return new ColumnChunk(start).setMeta_data(data);
    }

    private static RowGroup group(ColumnChunk sentences, ColumnChunk embeddings) {
        ColumnMetaData text = sentences.getMeta_data();
        long size = text.getTotal_compressed_size() + embeddings.getMeta_data().getTotal_compressed_size();
        return new RowGroup(List.of(sentences, embeddings), size, text.getNum_values());
    }

    @Override
    public void finish(FileChannel file, long rows) throws IOException {
        ByteArrayOutputStream end = new ByteArrayOutputStream();
        FileMetaData description = new FileMetaData(1, schema(), rows, groups);
        description.setCreated_by(WRITER);
        Util.writeFileMetaData(description, end);
        end.writeBytes(fourBytes(end.size()));
        end.writeBytes(MAGIC);
        ByteBuffer bytes = ByteBuffer.wrap(end.toByteArray());
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static List<SchemaElement> schema() {
        LogicalType list = new LogicalType();
        list.setLIST(new ListType());
        LogicalType string = new LogicalType();
        string.setSTRING(new StringType());
        return List.of(
            new SchemaElement("schema").setNum_children(2),
            new SchemaElement("sentence").setType(Type.BYTE_ARRAY)
                .setRepetition_type(FieldRepetitionType.REQUIRED)
                .setConverted_type(ConvertedType.UTF8).setLogicalType(string),
            new SchemaElement("embedding").setRepetition_type(FieldRepetitionType.REQUIRED).setNum_children(1)
                .setConverted_type(ConvertedType.LIST).setLogicalType(list),
            new SchemaElement("list").setRepetition_type(FieldRepetitionType.REPEATED).setNum_children(1),
            new SchemaElement("element").setType(Type.FLOAT).setRepetition_type(FieldRepetitionType.REQUIRED));
    }
}
