package oneword.data.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import oneword.data.DataException;
import oneword.data.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptTemplateTest {

    @Test
    void theDefaultIsThePromptOfThePaper() {
        assertThat(PromptTemplate.DEFAULT.render("A man is smoking."))
            .isEqualTo("This sentence : \"A man is smoking.\" means in one word:\"");
        assertThat(PromptTemplate.DEFAULT.prefix()).isEqualTo("This sentence : \"");
        assertThat(PromptTemplate.DEFAULT.suffix()).isEqualTo("\" means in one word:\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"snake_case {sentence} {0} $1 \\ %s", "\"", "", "{sentence}{sentence}", "*sent_0*"})
    void theSentenceIsPutInAsItStands(String sentence) {
        assertThat(PromptTemplate.DEFAULT.render(sentence))
            .isEqualTo("This sentence : \"" + sentence + "\" means in one word:\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no place", "{sentence} and {sentence}", "{ sentence }"})
    void aTemplateNeedsExactlyOnePlaceForTheSentence(String template) {
        assertThatThrownBy(() -> new PromptTemplate(template)).isInstanceOf(DataException.class)
            .hasMessageContaining("prompt.template").hasMessageContaining("{sentence}");
    }

    @Test
    void aDemonstrationStandsInFrontWithoutASpace() {
        PromptTemplate template = PromptTemplate.DEFAULT.withDemonstration("A jockey riding a horse.", "Equestrian");
        assertThat(template.render("X")).isEqualTo("This sentence : \"A jockey riding a horse.\" means in one word:"
            + "\"Equestrian\".This sentence : \"X\" means in one word:\"");
    }

    @Test
    void aDemonstrationClosesAQuoteOnlyWhereOneIsOpen() {
        assertThat(new PromptTemplate("{sentence} is ").withDemonstration("Fire", "hot").template())
            .isEqualTo("Fire is hot.{sentence} is ");
    }

    @Test
    void aDemonstrationNeedsBothItsParts() {
        assertThatThrownBy(() -> PromptTemplate.DEFAULT.withDemonstration(" ", "w")).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> PromptTemplate.DEFAULT.withDemonstration("s", "")).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> PromptTemplate.DEFAULT.withDemonstration("a {sentence}", "w"))
            .isInstanceOf(DataException.class).hasMessageContaining("{sentence}");
    }

    @Test
    void theEvaluationTextIsThatOfPython() {
        for (JsonNode line : Golden.json("tokenizer-opt-mini.json")) {
            assertThat(PromptTemplate.evaluationText(line.get("text").textValue())).as(line.get("text").toString())
                .isEqualTo(line.get("evaluation_text").textValue());
        }
    }

    @Test
    void theRulesOfTheEvaluationTextApplyInTheirOrder() {
        assertThat(PromptTemplate.evaluationText("  a \n\u00a0 b\u200bc ")).isEqualTo("a b\u200bc.");
        assertThat(PromptTemplate.evaluationText("Is it \"so\"?")).isEqualTo("Is it 'so'.");
        assertThat(PromptTemplate.evaluationText("He said \"no\"")).isEqualTo("He said 'no'");
        assertThat(PromptTemplate.evaluationText("what??")).isEqualTo("what?.");
        assertThat(PromptTemplate.evaluationText(" \u3000 ")).isEmpty();
    }

    @Test
    void whiteSpaceIsWhatPythonTakesForIt() {
        // [hex(c) for c in range(0x110000) if chr(c).isspace()], Python 3.11
        int[] python = {0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001,
            0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f,
            0x3000};
        int[] found = IntStream.range(0, 0x10000)
            .filter(c -> PromptTemplate.evaluationText("a" + (char) c + "b").equals("a b."))
            .toArray();
        assertThat(found).containsExactly(python);
    }
}
