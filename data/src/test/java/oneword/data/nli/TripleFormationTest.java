package oneword.data.nli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import oneword.data.Golden;
import oneword.data.nli.TripleFormation.Counts;
import oneword.data.nli.TripleFormation.Formed;
import oneword.data.nli.TripleFormation.PerPremise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TripleFormationTest {

    private static NliPairs pairs(String... texts) {
        List<NliPair> pairs = new ArrayList<>();
        for (String text : texts) {
            String[] parts = text.split("/");
            NliLabel label = switch (parts[1]) {
                case "e" -> NliLabel.ENTAILMENT;
                case "c" -> NliLabel.CONTRADICTION;
                default -> NliLabel.NEUTRAL;
            };
            pairs.add(new NliPair(parts[0], parts[2], label));
        }
        return new NliPairs(pairs, 0, 0);
    }

    private static NliPairs random(long seed) {
        Random random = new Random(seed);
        List<NliPair> pairs = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            pairs.add(new NliPair("p" + random.nextInt(300), "h" + random.nextInt(40),
                NliLabel.values()[random.nextInt(3)]));
        }
        return new NliPairs(pairs, 5, 7);
    }

    @Test
    void aTripleIsAPremiseAnEntailmentAndAContradiction() {
        Formed formed = new TripleFormation(42).form(pairs("p/n/x", "p/e/yes", "q/e/only", "p/c/no", "r/c/only"));
        assertThat(formed.triples()).containsExactly(new Triple("p", "yes", "no"));
        assertThat(formed.counts()).isEqualTo(new Counts(5, 0, 0, 0, 0, 0, 3, 1, 1, 1, 1));
    }

    @Test
    void duplicatesCoincidingTextsAndContradictoryLabelsAreLeftOutAndCounted() {
        Formed formed = new TripleFormation(PerPremise.ALL, 42).form(new NliPairs(pairs(
            "p/e/yes", "p/e/yes", "p/e/p", "p/c/p", "p/e/both", "p/c/both", "p/c/no", "s/e/s", "s/c/no").pairs(), 2,
            3));
        assertThat(formed.triples()).containsExactly(new Triple("p", "yes", "no"));
        assertThat(formed.counts()).isEqualTo(new Counts(14, 2, 3, 1, 3, 1, 2, 1, 0, 1, 1));
    }

    @Test
    void onePerPremiseGivesOneOfItsOwnHypothesesInFirstSeenOrder() {
        NliPairs input = random(1);
        Map<String, Set<NliLabel>> labels = new HashMap<>();
        List<String> premises = new ArrayList<>();
        input.pairs().forEach(pair -> {
            labels.computeIfAbsent(pair.premise() + "/" + pair.hypothesis(), key -> new HashSet<>()).add(pair.label());
            if (!premises.contains(pair.premise())) {
                premises.add(pair.premise());
            }
        });
        Formed formed = new TripleFormation(3).form(input);
        assertThat(formed.triples()).hasSizeGreaterThan(100).allSatisfy(triple -> {
            assertThat(labels.get(triple.anchor() + "/" + triple.positive())).containsExactly(NliLabel.ENTAILMENT);
            assertThat(labels.get(triple.anchor() + "/" + triple.hardNegative()))
                .containsExactly(NliLabel.CONTRADICTION);
        });
        assertThat(formed.triples()).extracting(Triple::anchor).doesNotHaveDuplicates();
        assertThat(formed.triples().stream().map(triple -> premises.indexOf(triple.anchor())).toList()).isSorted();
        assertThat(formed.counts().read()).isEqualTo(3012);
    }

    @Test
    void allUsesEachHypothesisOnceAndAsManyAsTheRarerKindHas() {
        Formed formed = new TripleFormation(PerPremise.ALL, 7)
            .form(pairs("p/e/e1", "p/e/e2", "p/e/e3", "p/c/c1", "p/c/c2", "p/n/n"));
        assertThat(formed.triples()).hasSize(2);
        assertThat(formed.triples()).extracting(Triple::positive).doesNotHaveDuplicates()
            .isSubsetOf("e1", "e2", "e3");
        assertThat(formed.triples()).extracting(Triple::hardNegative).containsExactlyInAnyOrder("c1", "c2");
    }

    @Test
    void theChoiceDependsOnTheSeedAndNotOnTheOrderOfTheFile() {
        NliPairs input = random(2);
        List<NliPair> shuffled = new ArrayList<>(input.pairs());
        Collections.shuffle(shuffled, new Random(9));
        NliPairs other = new NliPairs(shuffled, 5, 7);
        for (PerPremise perPremise : PerPremise.values()) {
            List<Triple> triples = new TripleFormation(perPremise, 42).form(input).triples();
            assertThat(new TripleFormation(perPremise, 42).form(other).triples())
                .containsExactlyInAnyOrderElementsOf(triples);
            assertThat(new TripleFormation(perPremise, 42).form(input).triples()).isEqualTo(triples);
            assertThat(new TripleFormation(perPremise, 43).form(input).triples()).isNotEqualTo(triples);
        }
    }

    @Test
    void everyHypothesisIsDrawnWithEqualChance() {
        NliPairs input = pairs("p/e/e0", "p/e/e1", "p/e/e2", "p/e/e3", "p/c/c");
        int[] drawn = new int[4];
        for (int seed = 0; seed < 4000; seed++) {
            drawn[new TripleFormation(seed).form(input).triples().get(0).positive().charAt(1) - '0']++;
        }
        assertThat(Arrays.stream(drawn).boxed()).allSatisfy(count -> assertThat(count).isBetween(850, 1150));
    }

    @Test
    void theSharedPairsGiveTheCountsOfAnIndependentCount(@TempDir Path folder) throws Exception {
        Path pairs = decompress(Golden.shared("data/nli/nli_pairs.tsv.xz"), folder.resolve("nli_pairs.tsv"));
        JsonNode golden = Golden.json("formation.json");
        NliPairs input = NliPairReader.read(pairs);
        Formed one = new TripleFormation(42).form(input);
        assertThat(one.counts()).isEqualTo(new Counts(golden.get("read").intValue(),
            golden.get("without_gold_label").intValue(), golden.get("empty").intValue(),
            golden.get("duplicates").intValue(), golden.get("same_text").intValue(),
            golden.get("several_labels").intValue(), golden.get("premises").intValue(),
            golden.get("without_entailment").intValue(), golden.get("without_contradiction").intValue(),
            golden.get("triples_one").intValue(), golden.get("triples_one").intValue()));
        assertThat(new TripleFormation(PerPremise.ALL, 42).form(input).triples())
            .hasSize(golden.get("triples_all").intValue()).doesNotHaveDuplicates();
    }

    private static Path decompress(Path xz, Path out) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/xz")), "needs xz");
        int status = new ProcessBuilder("/usr/bin/xz", "-dc", xz.toString()).redirectOutput(out.toFile()).start()
            .waitFor();
        assertThat(status).isZero();
        return out;
    }
}
