package oneword.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import oneword.data.DataException;
import oneword.data.Golden;
import oneword.data.prompt.PromptTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SentenceEncoderTest {

    private static final String LONG = "The quick brown fox jumps over the lazy dog. ".repeat(30).strip();

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = Tokenizer.load(Golden.root().resolve("models/opt-mini"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static SentenceEncoder encoder(int maxSentenceTokens, int maxPositions) {
        return new SentenceEncoder(PromptTemplate.DEFAULT, tokenizer, maxSentenceTokens, maxPositions);
    }

    @Test
    void trainingAndEvaluationPromptsAreThoseOfTheReference() {
        SentenceEncoder encoder = encoder(32, 2048);
        for (JsonNode line : Golden.json("tokenizer-opt-mini.json")) {
            String text = line.get("text").textValue();
            assertThat(encoder.training(text)).as("training " + line.get("text"))
                .isEqualTo(Golden.ints(line.get("training")));
            assertThat(encoder.evaluation(text)).as("evaluation " + line.get("text"))
                .isEqualTo(Golden.ints(line.get("evaluation")));
        }
        assertThat(encoder.shortened()).isZero();
    }

    @Test
    void aTrainingSentenceIsCutAndAnEvaluationSentenceIsNot() {
        SentenceEncoder encoder = encoder(32, 2048);
        String kept = tokenizer.decode(Arrays.copyOf(tokenizer.encodePlain(LONG), 32));
        assertThat(encoder.training(LONG)).isEqualTo(tokenizer.encode(PromptTemplate.DEFAULT.render(kept)));
        assertThat(encoder.evaluation(LONG)).isEqualTo(tokenizer.encode(PromptTemplate.DEFAULT.render(LONG)));
    }

    @Test
    void aPromptTooLongForTheModelKeepsItsTemplateAndIsCounted() {
        int[] suffix = tokenizer.encodePlain(" means in one word:\"");
        for (int positions = 20; positions < 90; positions += 7) {
            SentenceEncoder encoder = encoder(1000, positions);
            for (int[] ids : new int[][] {encoder.evaluation(LONG), encoder.training(LONG)}) {
                assertThat(ids.length).isBetween(positions - 2, positions);
                assertThat(Arrays.copyOfRange(ids, ids.length - suffix.length, ids.length)).isEqualTo(suffix);
                String text = tokenizer.decode(ids);
                assertThat(text).startsWith("This sentence : \"The quick").endsWith("\" means in one word:\"");
                assertThat(LONG).startsWith(text.substring(17, text.length() - 21));
            }
            assertThat(encoder.shortened()).isEqualTo(2);
            encoder.evaluation("short");
            assertThat(encoder.shortened()).isEqualTo(2);
        }
    }

    @Test
    void shorteningEndsForTextWhosePartsTokeniseToMore() {
        SentenceEncoder encoder = encoder(32, 24);
        for (String text : new String[] {"😀".repeat(100), "日本".repeat(100), "\u0301".repeat(200), "</s>".repeat(99)}) {
            assertThat(encoder.evaluation(text).length).isLessThanOrEqualTo(24);
        }
    }

    @Test
    void aRawPromptIsTakenAsItStandsAndNeverCut() {
        assertThat(encoder(32, 64).raw("  any \"text\"  ")).isEqualTo(tokenizer.encode("  any \"text\"  "));
        assertThat(encoder(32, 64).raw("")).containsExactly(2);
        assertThatThrownBy(() -> encoder(32, 64).raw(LONG)).isInstanceOf(DataException.class)
            .hasMessageContaining("64").hasMessageContaining("The quick");
    }

    @Test
    void aTemplateThatLeavesNoRoomIsRefused() {
        assertThatThrownBy(() -> encoder(32, 10)).isInstanceOf(DataException.class)
            .hasMessageContaining("prompt.template").hasMessageContaining("10 positions");
        assertThatThrownBy(() -> encoder(0, 100)).isInstanceOf(DataException.class)
            .hasMessageContaining("prompt.max_sentence_tokens");
    }
}
