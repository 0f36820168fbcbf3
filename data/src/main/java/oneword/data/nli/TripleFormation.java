package oneword.data.nli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Forms training triples of NLI pairs as SimCSE does (arXiv 2104.08821, section 4.1): a premise, a hypothesis it
 * entails, a hypothesis it contradicts.
 *
 * <p>Which hypotheses are taken depends on the seed and the premise's own set of hypotheses alone, not on the order of
 * the pairs or on other premises; triples stand in the order in which their premises were first seen. Left out and
 * counted: pairs seen before; hypotheses that are the premise itself; hypotheses that one premise has under several
 * labels; premises that lack an entailment or a contradiction. So the three texts of a triple always differ, and no
 * triple comes twice.
 */
public final class TripleFormation {

    /** How many triples a premise gives. */
    public enum PerPremise {
        /** One: an entailment and a contradiction drawn at random. */
        ONE,
        /** As many as it has of the rarer kind: entailments and contradictions paired at random, each used once. */
        ALL
    }

    /**
     * What became of the pairs.
     *
     * @param read rows read, those left out included
     * @param withoutGoldLabel rows without a gold label
     * @param empty rows with a blank premise or hypothesis
     * @param duplicates pairs seen before with the same label
     * @param sameText pairs whose hypothesis is their premise
     * @param severalLabels hypotheses left out because one premise has them under more than one label
     * @param premises different premises
     * @param withoutEntailment premises without a usable entailment
     * @param withoutContradiction premises without a usable contradiction
     * @param premisesUsed premises that gave a triple
     * @param triples triples formed
     */
    public record Counts(int read, int withoutGoldLabel, int empty, int duplicates, int sameText, int severalLabels,
                         int premises, int withoutEntailment, int withoutContradiction, int premisesUsed,
                         int triples) {
    }

    /**
     * Triples and how they came about.
     *
     * @param triples the triples, all with a hard negative
     * @param counts what became of the pairs
     */
    public record Formed(List<Triple> triples, Counts counts) {
    }

    private final PerPremise perPremise;
    private final long seed;

    /**
     * One triple a premise.
     *
     * @param seed decides which hypotheses are drawn
     */
    public TripleFormation(long seed) {
        this(PerPremise.ONE, seed);
    }

    /**
     * Chooses how many triples a premise gives.
     *
     * @param perPremise how many triples a premise gives
     * @param seed decides which hypotheses are drawn
     */
    public TripleFormation(PerPremise perPremise, long seed) {
        this.perPremise = perPremise;
        this.seed = seed;
    }

    /**
     * Forms triples.
     *
     * @param input labelled pairs
     * @return the triples, possibly none, and the counts
     */
    public Formed form(NliPairs input) {
        Map<String, Map<String, EnumSet<NliLabel>>> premises = new LinkedHashMap<>();
        int duplicates = 0;
        int sameText = 0;
        for (NliPair pair : input.pairs()) {
            Map<String, EnumSet<NliLabel>> hypotheses =
                premises.computeIfAbsent(pair.premise(), key -> new LinkedHashMap<>());
            if (pair.hypothesis().equals(pair.premise())) {
                sameText++;
            } else if (!hypotheses.computeIfAbsent(pair.hypothesis(), key -> EnumSet.noneOf(NliLabel.class))
                    .add(pair.label())) {
                duplicates++;
            }
        }
        List<Triple> triples = new ArrayList<>();
        int severalLabels = 0;
        int withoutEntailment = 0;
        int withoutContradiction = 0;
        int premisesUsed = 0;
        for (Map.Entry<String, Map<String, EnumSet<NliLabel>>> premise : premises.entrySet()) {
            Map<String, EnumSet<NliLabel>> hypotheses = premise.getValue();
            severalLabels += (int) hypotheses.values().stream().filter(labels -> labels.size() > 1).count();
            List<String> entailed = only(NliLabel.ENTAILMENT, hypotheses);
            List<String> contradicted = only(NliLabel.CONTRADICTION, hypotheses);
            withoutEntailment += entailed.isEmpty() ? 1 : 0;
            withoutContradiction += contradicted.isEmpty() ? 1 : 0;
            if (!entailed.isEmpty() && !contradicted.isEmpty()) {
                premisesUsed++;
                pair(premise.getKey(), entailed, contradicted, triples);
            }
        }
        int read = input.pairs().size() + input.withoutGoldLabel() + input.empty();
        return new Formed(List.copyOf(triples), new Counts(read, input.withoutGoldLabel(), input.empty(), duplicates,
            sameText, severalLabels, premises.size(), withoutEntailment, withoutContradiction, premisesUsed,
            triples.size()));
    }

    private static List<String> only(NliLabel label, Map<String, EnumSet<NliLabel>> hypotheses) {
        List<String> texts = new ArrayList<>();
        hypotheses.forEach((text, labels) -> {
            if (labels.size() == 1 && labels.contains(label)) {
                texts.add(text);
            }
        });
        texts.sort(Comparator.naturalOrder());
        return texts;
    }

    private void pair(String premise, List<String> entailed, List<String> contradicted, List<Triple> triples) {
        SplittableRandom random = new SplittableRandom(seed ^ hash(premise));
        int n = perPremise == PerPremise.ONE ? 1 : Math.min(entailed.size(), contradicted.size());
        draw(entailed, n, random);
        draw(contradicted, n, random);
        for (int i = 0; i < n; i++) {
            triples.add(new Triple(premise, entailed.get(i), contradicted.get(i)));
        }
    }

    /** Brings n texts drawn at random to the front: the first n steps of a Fisher-Yates shuffle. */
    private static void draw(List<String> texts, int n, SplittableRandom random) {
        for (int i = 0; i < n; i++) {
            int left = texts.size() - i;
            Collections.swap(texts, i, i + (int) Math.floorMod(random.nextLong(), (long) left));
        }
    }

    /** FNV-1a over the UTF-16 units, 64 bits. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
