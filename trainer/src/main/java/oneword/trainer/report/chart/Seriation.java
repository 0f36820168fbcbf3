package oneword.trainer.report.chart;

import java.util.ArrayList;
import java.util.List;

/** An order of things in which those that are alike stand together. */
public final class Seriation {

    private Seriation() {}

    /**
     * Orders things by average-linkage clustering: the two clusters that are most alike, by the mean similarity of
     * their members, become one, their members side by side, until one is left.
     *
     * @param similarity [n][n], symmetric; NaN counts as the least
     * @return each number from 0 to n − 1 once
     */
    public static List<Integer> order(double[][] similarity) {
        List<List<Integer>> clusters = new ArrayList<>();
        for (int i = 0; i < similarity.length; i++) {
            clusters.add(List.of(i));
        }
        while (clusters.size() > 1) {
            int left = 0;
            int right = 1;
            double best = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < clusters.size(); i++) {
                for (int j = i + 1; j < clusters.size(); j++) {
                    double mean = mean(similarity, clusters.get(i), clusters.get(j));
                    if (mean > best) {
                        best = mean;
                        left = i;
                        right = j;
                    }
                }
            }
            List<Integer> joined = new ArrayList<>(clusters.get(left));
            joined.addAll(clusters.remove(right));
            clusters.set(left, joined);
        }
        return clusters.isEmpty() ? List.of() : List.copyOf(clusters.get(0));
    }

    private static double mean(double[][] similarity, List<Integer> a, List<Integer> b) {
        double sum = 0;
        for (int i : a) {
            for (int j : b) {
                sum += Double.isNaN(similarity[i][j]) ? -1 : similarity[i][j];
            }
        }
        return sum / a.size() / b.size();
    }
}
