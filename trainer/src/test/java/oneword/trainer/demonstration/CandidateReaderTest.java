package oneword.trainer.demonstration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import oneword.data.DataException;
import oneword.data.prompt.PromptTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidateReaderTest {

    private static final Path PUBLISHED = Path.of(System.getProperty("oneword.root"))
        .resolve("../shared/data/icl/scaling_sentemb_icl_examples.txt");

    @TempDir
    private Path folder;

    @Test
    void allFormsAreReadAndRepeatsCountOnce() throws IOException {
        assertThat(read("""
            A man is smoking.|Smoking

            This or that | a choice|Choice
            A jockey riding a horse.\tEquestrian
            This_sentence_:_"A_man_is_smoking."_means_in_one_word:"Smoking".\
            This_sentence_:_"*sent_0*"_means_in_one_word:"
            """)).containsExactly(
                new Demonstration("A man is smoking.", "Smoking"),
                new Demonstration("This or that | a choice", "Choice"),
                new Demonstration("A jockey riding a horse.", "Equestrian"));
    }

    @Test
    void thePublishedCandidatesGiveThePublishedPrompts() throws IOException {
        assumeTrue(Files.exists(PUBLISHED), () -> PUBLISHED + " is not here");
        List<String> lines = Files.readAllLines(PUBLISHED);

        List<Demonstration> candidates = CandidateReader.read(PUBLISHED);

        // The authors' evaluation.py: template.replace('_', ' ').replace('*sent 0*', sentence).strip()
        assertThat(candidates).hasSize(300);
        for (int i = 0; i < lines.size(); i++) {
            Demonstration candidate = candidates.get(i);
            assertThat(PromptTemplate.DEFAULT.withDemonstration(candidate.sentence(), candidate.word()).render("X"))
                .isEqualTo(lines.get(i).replace('_', ' ').replace("*sent 0*", "X").strip());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no word here", "|Word", "sentence|", "sentence\t ", "{sentence}|Word",
        "This_sentence_:_\"A\"_means:\"B\".This_sentence_:_\"*sent_0*\"_means:\""})
    void aLineOfNoFormIsNamed(String line) {
        assertThatThrownBy(() -> read("A|B\n" + line + "\n"))
            .isInstanceOf(DataException.class).hasMessageContainingAll("candidates.txt, line 2", line);
    }

    @Test
    void aFileWithoutCandidatesIsRefused() {
        assertThatThrownBy(() -> read("\n")).isInstanceOf(DataException.class)
            .hasMessageContainingAll("candidates.txt", "no candidate", "sentence|word");
    }

    private List<Demonstration> read(String text) throws IOException {
        return CandidateReader.read(Files.writeString(folder.resolve("candidates.txt"), text));
    }
}
