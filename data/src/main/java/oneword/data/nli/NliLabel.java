package oneword.data.nli;

/** How a hypothesis relates to its premise. */
public enum NliLabel {
    /** The hypothesis follows from the premise; {@code 0} in SNLI's numbering. */
    ENTAILMENT,
    /** Neither follows nor contradicts; {@code 1}. */
    NEUTRAL,
    /** The hypothesis contradicts the premise; {@code 2}. */
    CONTRADICTION
}
