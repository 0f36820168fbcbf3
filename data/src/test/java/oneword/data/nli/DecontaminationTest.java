package oneword.data.nli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import oneword.data.Golden;
import oneword.data.sts.StsReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecontaminationTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "A man can't play.|a man ca n't play .",
        "'The \"old\" dog, 3.5 kg'|the `` old '' dog , 3 . 5 kg",
        "ＡＢＣ ﬁne Ⅳ|abc fine iv",
        "Cafe\u0301|CAFÉ",
        "e-mail (today)|email today!"})
    void caseSpacePunctuationTokenisationAndUnicodeFormMakeNoDifference(String first, String second) {
        assertThat(Decontamination.normalized(first)).isEqualTo(Decontamination.normalized(second)).isNotEmpty();
    }

    @Test
    void otherWordsOrderAndNumbersDo() {
        assertThat(List.of("A man plays.", "A man played.", "Plays a man.", "A man plays 2.", "Ein Mann spielt."))
            .map(Decontamination::normalized).doesNotHaveDuplicates();
    }

    @Test
    void aRowGoesIfAnyOfItsTextsIsInASetAndCountsForEachSet() {
        Triple anchor = new Triple("A dog runs.", "p", "n");
        Triple positive = new Triple("a", "a DOG runs", "n");
        Triple hardNegative = new Triple("a", "p", "Two cats sleep");
        Triple both = new Triple("A dog runs!", "Two cats sleep.", null);
        Triple pair = new Triple("a", "p", null);

        Decontamination result = Decontamination.of(List.of(anchor, positive, hardNegative, both, pair),
            sets("dogs", "a dog runs .", "cats", "two cats sleep .", "none", "zebra"));

        assertThat(result.rows()).containsExactly(pair);
        assertThat(result.dropped()).isEqualTo(4);
        assertThat(result.shared()).containsExactly(entry("dogs", new Decontamination.Overlap(3, 1)),
            entry("cats", new Decontamination.Overlap(2, 1)), entry("none", new Decontamination.Overlap(0, 0)));
        assertThat(result.describe())
            .isEqualTo("4 of 5 rows share a sentence with dogs (3), cats (2)");
        assertThat(Decontamination.of(List.of(pair), sets("none", "zebra", "no", "yak")).describe())
            .isEqualTo("0 of 1 rows share a sentence with none, no");
    }

    @Test
    void sentencesWithoutLetterOrDigitAreLikeNoOther() {
        Triple row = new Triple("?!", "...", null);
        assertThat(Decontamination.of(List.of(row), Map.of("marks", List.of("...", "—"))).rows()).containsExactly(row);
    }

    @Test
    void withoutSetsEveryRowStays() {
        Triple row = new Triple("a", "p", null);
        Decontamination result = Decontamination.of(List.of(row, row), Map.of());
        assertThat(result.rows()).containsExactly(row, row);
        assertThat(result.shared()).isEmpty();
    }

    /** Of sentences the data's README tells the number; of rows, a script in Python by the same rule. */
    @Test
    void theKnownOverlapOfNliTriplesAndBenchmarksIsFound() {
        List<Triple> rows = TripleReader.read(Golden.shared("data/nli/triples.csv"), Columns.DEFAULT, 0);
        Map<String, List<String>> sets = new LinkedHashMap<>();
        for (String name : List.of("STS12", "STS13", "STS15", "STSBenchmark-dev", "STSBenchmark", "SICK-R")) {
            sets.put(name, StsReader.read(name, Golden.shared("data/senteval")).pairs().stream()
                .flatMap(pair -> Stream.of(pair.sentence1(), pair.sentence2())).toList());
        }

        Decontamination result = Decontamination.of(rows, sets);

        assertThat(result.shared().values()).extracting(Decontamination.Overlap::sentences)
            .containsExactly(57, 0, 70, 44, 44, 75);
        assertThat(result.shared().values()).extracting(Decontamination.Overlap::rows)
            .containsExactly(98, 0, 83, 76, 67, 128);
        assertThat(result.dropped()).isEqualTo(275);
    }

    private static Map<String, List<String>> sets(String... namesAndSentences) {
        Map<String, List<String>> sets = new LinkedHashMap<>();
        for (int i = 0; i < namesAndSentences.length; i += 2) {
            sets.put(namesAndSentences[i], List.of(namesAndSentences[i + 1], "another " + namesAndSentences[i]));
        }
        return sets;
    }
}
