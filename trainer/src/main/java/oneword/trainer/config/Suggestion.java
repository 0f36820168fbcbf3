package oneword.trainer.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Finds what a user probably meant. */
public final class Suggestion {

    private Suggestion() {}

    /**
     * Returns the nearest of some known names, by the number of letters to insert, remove, change or swap. Case,
     * hyphens and underscores do not count.
     *
     * @param typed what was found
     * @param known what would have been right
     * @return the nearest name, the first one of equals; empty where none is near
     */
    public static Optional<String> nearest(String typed, Collection<String> known) {
        return nearest(typed, known, name -> name);
    }

    /**
     * The same where only a part of each name counts.
     *
     * @param part of a name that is compared
     */
    static Optional<String> nearest(String typed, Collection<String> known, UnaryOperator<String> part) {
        String plain = plain(typed);
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String name : known) {
            int distance = distance(typed, part.apply(name));
            if (distance < bestDistance && isNear(plain, distance)) {
                best = name;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Whether a name so many edits away is worth proposing: a third of its letters, at least one. */
    private static boolean isNear(String typed, int distance) {
        return distance <= Math.max(1, typed.length() / 3);
    }

    /**
     * Optimal string alignment distance between the plain forms of two names; where their lengths alone keep them from
     * being near, the difference of these. Two rows are kept besides the one that is made.
     */
    static int distance(String first, String second) {
        String a = plain(first);
        String b = plain(second);
        int longer = Math.abs(a.length() - b.length());
        if (!isNear(a, longer)) {
            return longer;
        }
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                row[j] = i == 0 ? j : cheapest(row, last, beforeLast, a, b, i, j);
            }
        }
        return row[b.length()];
    }

    private static int cheapest(int[] row, int[] last, int[] beforeLast, String a, String b, int i, int j) {
        int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(last[j - 1] + changed, Math.min(last[j], row[j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, beforeLast[j - 2] + 1) : least;
    }

    private static String plain(String name) {
        StringBuilder letters = new StringBuilder(name.length());
        for (char letter : name.toLowerCase(Locale.ROOT).toCharArray()) {
            if (letter != '-' && letter != '_' && letter != ' ') {
                letters.append(letter);
            }
        }
        return letters.toString();
    }
}
