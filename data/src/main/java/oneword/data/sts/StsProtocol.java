package oneword.data.sts;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Which form of the STS sets is scored. Scores of one form are not to be compared with those of the other. */
public enum StsProtocol {

    /**
     * The files that SentEval's script makes: STS tokenised by Moses and lower-cased, SICK-R the 4,927 test pairs. What
     * PromptEOL, SimCSE and the papers around them report.
     */
    SENTEVAL("SentEval files, Spearman x 100, \"all\" setting"),

    /**
     * The sets as published, cased and not tokenised, SICK-R all 9,927 pairs (train, trial and test). What MTEB scores.
     */
    MTEB("MTEB form (raw text, SICK-R of 9,927 pairs), Spearman x 100, \"all\" setting");

    private final String description;

    StsProtocol(String description) {
        this.description = description;
    }

    /**
     * The name in files and on the command line.
     *
     * @return {@code senteval} or {@code mteb}
     */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As {@link #id()}. */
    @Override
    public String toString() {
        return id();
    }

    /**
     * What stands over a table of scores.
     *
     * @return a line of ASCII
     */
    public String description() {
        return description;
    }

    /**
     * Finds a protocol by its name in files.
     *
     * @param id as {@link #id()} gives it
     * @return the protocol, if there is such a one
     */
    public static Optional<StsProtocol> of(String id) {
        return Arrays.stream(values()).filter(protocol -> protocol.id().equals(id)).findFirst();
    }
}
