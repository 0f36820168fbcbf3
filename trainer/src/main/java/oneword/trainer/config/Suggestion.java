package oneword.trainer.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

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
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String name : known) {
            int distance = distance(typed, name);
            if (distance < bestDistance && isNear(typed, distance)) {
                best = name;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Whether a name so many edits away is worth proposing: a third of its letters, at least one. */
    static boolean isNear(String typed, int distance) {
        return distance <= Math.max(1, plain(typed).length() / 3);
    }

    /**
     * Optimal string alignment distance between the plain forms of two names; where their lengths alone keep them from
     * being near, the difference of these.
     */
    static int distance(String first, String second) {
        String a = plain(first);
        String b = plain(second);
        int longer = Math.abs(a.length() - b.length());
        if (!isNear(first, longer)) {
            return longer;
        }
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(int[][] cost, String a, String b, int i, int j) {
        int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(cost[i - 1][j - 1] + changed, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(" ", "");
    }
}
