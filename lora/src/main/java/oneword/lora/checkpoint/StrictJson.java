package oneword.lora.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One JSON object of a weight file, read token by token: UTF-8 and nothing else, no key twice, shallow, numbers
 * short. Whatever is wrong becomes a {@link WeightFileException} that names the file and the part of it.
 */
final class StrictJson {
    /** The most bytes of JSON that are read: the cap of the safetensors format. */
    static final int MAX_BYTES = 100_000_000;

    private static final int MAX_DEPTH = 16;
    private static final int MAX_DIGITS = 32;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_DIGITS)
                    .maxStringLength(MAX_BYTES)
                    .build())
            .build();

    private final Path file;
    private final String part;
    private final String wayOut;
    private final JsonParser parser;

    private StrictJson(Path file, String part, String wayOut, JsonParser parser) {
        this.file = file;
        this.part = part;
        this.wayOut = wayOut;
        this.parser = parser;
    }

    /** What reads one object; the parser stands on its first brace when called. */
    interface ObjectReader {
        void read(StrictJson json) throws IOException;
    }

    /** Reads {@code bytes} as one object with nothing but white space after it. */
    static void read(Path file, String part, String wayOut, byte[] bytes, ObjectReader reader) {
        InputStreamReader text = new InputStreamReader(new ByteArrayInputStream(bytes),
                StandardCharsets.UTF_8.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
        try (JsonParser parser = FACTORY.createParser(text)) {
            StrictJson json = new StrictJson(file, part, wayOut, parser);
            json.expect(parser.nextToken(), JsonToken.START_OBJECT, "the " + part);
            reader.read(json);
            if (parser.nextToken() != null) {
                throw json.refuse("something follows its closing brace");
            }
        } catch (CharacterCodingException e) {
            throw new WeightFileException(file, "the " + part + " is not UTF-8", wayOut, e);
        } catch (IOException e) {
            String reason = e instanceof JsonProcessingException json
                    ? json.getOriginalMessage() : e.getMessage();
            throw new WeightFileException(file, "the " + part + " is not valid JSON (" + reason + ")", wayOut, e);
        }
    }

    /** The next key of the current object, or null at its end. */
    String nextKey() throws IOException {
        String key = parser.nextFieldName();
        if (key == null) {
            expect(parser.currentToken(), JsonToken.END_OBJECT, "an object");
        }
        return key;
    }

    /** Enters the object that is the value of the current key. */
    void enterObject(String what) throws IOException {
        expect(parser.nextToken(), JsonToken.START_OBJECT, what);
    }

    /** The string that is the value of the current key. */
    String string(String what) throws IOException {
        expect(parser.nextToken(), JsonToken.VALUE_STRING, what);
        return parser.getText();
    }

    /** The array of whole, non-negative numbers that is the value of the current key. */
    long[] counts(String what, int most) throws IOException {
        expect(parser.nextToken(), JsonToken.START_ARRAY, what);
        long[] counts = new long[Math.min(most, 8)];
        int n = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getText().startsWith("-")) {
                throw refuse(what + " holds " + parser.getText() + ", expected a number from 0 to " + Long.MAX_VALUE);
            }
            if (n == most) {
                throw refuse(what + " has more than " + most + " numbers");
            }
            if (n == counts.length) {
                counts = Arrays.copyOf(counts, Math.min(most, 2 * n));
            }
            counts[n++] = parser.getLongValue();
        }
        return Arrays.copyOf(counts, n);
    }

    /** Passes over the value of the current key, whatever it is. */
    void skip() throws IOException {
        parser.nextToken();
        parser.skipChildren();
    }

    WeightFileException refuse(String problem) {
        return new WeightFileException(file, "the " + part + " is not valid: " + problem, wayOut);
    }

    private void expect(JsonToken found, JsonToken expected, String what) {
        if (found != expected) {
            throw refuse(what + " should be " + describe(expected) + ", found " + describe(found));
        }
    }

    private static String describe(JsonToken token) {
        if (token == null) {
            return "the end of the text";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case END_OBJECT -> "the end of an object";
            case START_ARRAY -> "an array";
            case END_ARRAY -> "the end of an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> token.name();
        };
    }
}
