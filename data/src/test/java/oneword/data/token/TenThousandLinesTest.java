package oneword.data.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import oneword.data.Golden;
import oneword.data.prompt.PromptTemplate;
import org.junit.jupiter.api.Test;

/** Ids, texts and prompts of 10,000 varied lines equal those of tokenizers and transformers; see tokenizer_lines.py. */
class TenThousandLinesTest {

    private static final int BLOCK = 100;

    @Test
    void optMinisTokenizerGivesTheIdsTextsAndPromptsOfTheLibraries() throws IOException {
        assertGolden(Golden.root().resolve("models/opt-mini"), Golden.json("lines-opt-mini.json"));
    }

    @Test
    void optsOwnVocabularyGivesTheIdsTextsAndPromptsOfTheLibraries() throws IOException {
        assertGolden(Golden.shared("data/tokenizer/opt"), Golden.json("lines-opt.json"));
    }

    private static void assertGolden(Path folder, JsonNode golden) throws IOException {
        List<String> lines = lines();
        assertThat(lines).hasSize(10_000).doesNotHaveDuplicates();
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            SentenceEncoder encoder = new SentenceEncoder(PromptTemplate.DEFAULT, tokenizer, 32, 1_000_000);
            List<int[]> ids = tokenizer.encodeAll(lines);
            assertDigests(golden, "ids", ids, TenThousandLinesTest::text);
            List<String> decoded = ids.stream().map(tokenizer::decode).toList();
            assertDigests(golden, "decoded", decoded, Function.identity());
            assertThat(IntStream.range(0, lines.size()).filter(i -> lines.get(i).equals(decoded.get(i))))
                .hasSize(golden.get("round_trips").intValue());
            assertDigests(golden, "training", lines, line -> text(encoder.training(line)));
            assertDigests(golden, "evaluation_text", lines, PromptTemplate::evaluationText);
            assertDigests(golden, "evaluation", lines, line -> text(encoder.evaluation(line)));
        }
    }

    private static <T> void assertDigests(JsonNode golden, String kind, List<T> values, Function<T, String> text) {
        List<String> texts = values.parallelStream().map(text).toList();
        JsonNode digests = golden.get(kind);
        assertThat(digests).hasSize(texts.size() / BLOCK);
        List<Integer> different = new ArrayList<>();
        for (int i = 0; i < digests.size(); i++) {
            String block = texts.subList(BLOCK * i, BLOCK * (i + 1)).stream()
                .map(value -> value + "\0").collect(Collectors.joining());
            if (!digest(block).equals(digests.get(i).textValue())) {
                different.add(i);
            }
        }
        assertThat(different).as("blocks of 100 lines, from 0, whose %s differ", kind).isEmpty();
    }

    private static List<String> lines() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(Golden.file("lines.jsonl.gz"))), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(json.readTree(line).textValue());
            }
        }
        return lines;
    }

    private static String text(int[] ids) {
        return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    }

    private static String digest(String text) {
        try {
            return HexFormat.of().formatHex(
                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
