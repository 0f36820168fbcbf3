package oneword.trainer.report;

import java.util.Locale;

/** Numbers as the report writes them. */
final class Figures {

    static final String NONE = "–";

    private Figures() {}

    /** A whole number with thousands in groups. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A score × 100 with two decimals. */
    static String score(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value).replace('-', '−') : NONE;
    }

    /** A difference of two scores, with its sign, taken before rounding. */
    static String gain(double before, double after) {
        double gain = after - before;
        return Double.isFinite(gain) ? String.format(Locale.ROOT, "%+.2f", gain).replace('-', '−') : NONE;
    }

    /** A cosine with two decimals. */
    static String cosine(double value) {
        return score(value);
    }

    /** A number of up to four significant digits, without an empty fraction. */
    static String plain(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        String text = String.format(Locale.ROOT, Math.abs(value) >= 1000 ? "%,.0f" : "%.4g", value);
        return text.contains("e") ? text.replaceFirst("\\.?0*e([+-])0*", "e$1")
            : text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }

    /** A duration such as {@code 50 s}, {@code 4 min 44 s} or {@code 3 h 07 min}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole < 10 ? plain(Math.round(seconds * 10) / 10.0) + " s" : whole + " s";
        }
        return whole < 3600
            ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
            : String.format(Locale.ROOT, "%,d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    /** How many and of what: {@code 1 step}, {@code 36 steps}. */
    static String of(long count, String what) {
        return count(count) + " " + what + (count == 1 ? "" : "s");
    }
}
