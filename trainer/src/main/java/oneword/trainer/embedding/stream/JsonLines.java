package oneword.trainer.embedding.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import oneword.trainer.embedding.NextWords.NextWord;

/** One JSON value a line, UTF-8; numbers have the fewest digits, but at least two, that give the same float32. */
abstract class JsonLines<R> implements RowFormat<R> {

    // Up to Java 18 Float.toString gives more digits than needed for some numbers; the fast writer never does.
    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
        .disable(StreamWriteFeature.AUTO_CLOSE_TARGET).disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM).build();

    @Override
    public final void append(OutputStream out, List<String> sentences, List<R> rows) throws IOException {
        for (int i = 0; i < rows.size(); i++) {
            try (JsonGenerator json = JSON.createGenerator(out)) {
                write(json, sentences.get(i), rows.get(i));
            }
            out.write('\n');
        }
    }

    abstract void write(JsonGenerator json, String sentence, R row) throws IOException;

    /** {@code [0.25,-1.5,…]}: the vector alone. */
    static final class Vectors extends JsonLines<float[]> {

        @Override
        void write(JsonGenerator json, String sentence, float[] row) throws IOException {
            json.writeStartArray();
            for (float value : row) {
                json.writeNumber(value);
            }
            json.writeEndArray();
        }
    }

    /** <code>{"sentence":"…","words":[{"word":"…","probability":0.25},…]}</code>, the most probable word first. */
    static final class Words extends JsonLines<List<NextWord>> {

        @Override
        void write(JsonGenerator json, String sentence, List<NextWord> row) throws IOException {
            json.writeStartObject();
            json.writeStringField("sentence", sentence);
            json.writeArrayFieldStart("words");
            for (NextWord word : row) {
                json.writeStartObject();
                json.writeStringField("word", word.text());
                json.writeNumberField("probability", (float) word.probability());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
