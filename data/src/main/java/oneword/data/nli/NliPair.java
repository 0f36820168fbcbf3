package oneword.data.nli;

/**
 * A premise, a hypothesis and how they relate.
 *
 * @param premise the premise
 * @param hypothesis the hypothesis
 * @param label the gold label
 */
public record NliPair(String premise, String hypothesis, NliLabel label) {
}
