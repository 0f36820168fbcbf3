package oneword.lora.adapter;

import java.util.List;

/**
 * What an adapter looks like. The update of a linear map is {@code alpha / rank * B A} (arXiv 2106.09685, section 4.1).
 *
 * @param rank rows of A, columns of B; at least 1
 * @param alpha numerator of the scale
 * @param dropout probability on the adapter's input while training, from 0 to below 1
 * @param targets last names of the linear maps that get one, such as {@code q_proj}
 */
public record LoraConfig(int rank, double alpha, double dropout, List<String> targets) {

    /** Copies the list and checks the ranges. */
    public LoraConfig {
        if (rank < 1) {
            throw new IllegalArgumentException("rank must be at least 1, is " + rank);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be from 0 to below 1, is " + dropout);
        }
        targets = List.copyOf(targets);
    }

    /** Factor before B A. */
    public double scale() {
        return alpha / rank;
    }
}
