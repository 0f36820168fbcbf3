package oneword.trainer.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import oneword.trainer.TrainerException;
import oneword.trainer.evaluation.Cosine;

/** How far the vectors of an export are from those of base and adapter in fp32. */
public final class VectorDrift {

    /** The sentences that are compared: short and long, plain and awkward. */
    public static final List<String> SENTENCES = List.of(
        "A man is playing a guitar.",
        "A woman is slicing an onion in the kitchen",
        "Is this the right way to the station?",
        "He said \"we are late\" and left",
        "\"Nobody came.\"",
        "  two  spaces,\ta tab\u00a0and a no-break space ",
        "The company's shares fell 3.2 % on Tuesday, their worst day since 2008.",
        "Why not?!",
        "Don't",
        "word",
        "",
        "?",
        "\"",
        "...",
        "snake_case_names and {braces} and $1 \\ back-slashes",
        "[sentence] in brackets",
        "Zażółć gęślą jaźń — naïve café",
        "日本語の文です。",
        "A 👩‍👩‍👧 family and a 😀",
        "The committee, which had been appointed three years earlier by a government that no longer existed, met in a "
            + "small room above the post office and agreed, after two days of discussion, that its own report should "
            + "neither be printed nor be read by anyone who was not a member of it.");

    private VectorDrift() {}

    /**
     * Measures drift.
     *
     * @param before [n][d]
     * @param after [n][d]
     * @return the largest 1 - cosine of a row before and after; NaN where a vector is zero or not finite
     */
    static double largest(float[][] before, float[][] after) {
        double largest = 0;
        for (int i = 0; i < before.length; i++) {
            largest = Math.max(largest, 1 - Cosine.of(before[i], after[i]));
        }
        return largest;
    }

    /**
     * Refuses drift beyond the bound.
     *
     * @param drift as measured; NaN is beyond every bound
     * @throws TrainerException unless it is accepted
     */
    static void check(double drift, ExportOptions options, Path checkpoint) {
        if (!(drift <= options.maxDrift()) && !options.force()) {
            throw new TrainerException(String.format(Locale.ROOT, "%s: merging changes a sentence's vector by %.2e "
                + "(1 - cosine, against base and adapter in fp32), more than %.0e: the base model's type is too coarse "
                + "for this adapter. Store the merged weights in fp32, or force it.",
                checkpoint, drift, options.maxDrift()));
        }
    }
}
