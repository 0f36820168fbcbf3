package oneword.trainer.evaluation;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The vectors of distinct sentences. */
final class SentenceVectors {

    private final Map<String, Integer> rows;
    private final float[][] vectors;
    private final double[] squares;

    private SentenceVectors(Map<String, Integer> rows, float[][] vectors) {
        this.rows = rows;
        this.vectors = vectors;
        squares = Cosine.squares(vectors);
    }

    /**
     * Embeds sentences.
     *
     * @param embedder makes the vectors
     * @param chunk how many sentences go to it at once
     * @param distinct n sentences, each once
     * @param before sentences embedded earlier
     * @param total sentences embedded in all
     * @param progress hears how many are embedded
     * @throws EvaluationException if a vector has an element that is not finite; the message names the sentence
     * @throws IllegalStateException if the embedder breaks its contract (number or lengths of rows)
     */
    static SentenceVectors embed(SentenceEmbedder embedder, int chunk, Collection<String> distinct, long before,
            long total, Progress progress) {
        List<String> sentences = List.copyOf(distinct);
        float[][] vectors = new float[sentences.size()][];
        progress.update(before, total);
        for (int from = 0; from < vectors.length; from += chunk) {
            List<String> part = sentences.subList(from, Math.min(from + chunk, vectors.length));
            float[][] rows = embedder.embed(part);
            check(embedder, part, rows, from == 0 ? null : vectors[0]);
            System.arraycopy(rows, 0, vectors, from, rows.length);
            progress.update(before + from + rows.length, total);
        }
        Map<String, Integer> rows = new HashMap<>();
        for (int i = 0; i < vectors.length; i++) {
            rows.put(sentences.get(i), i);
        }
        return new SentenceVectors(rows, vectors);
    }

    float[] of(String sentence) {
        return vectors[rows.get(sentence)];
    }

    double cosine(String sentence1, String sentence2) {
        int a = rows.get(sentence1);
        int b = rows.get(sentence2);
        return Cosine.of(vectors[a], squares[a], vectors[b], squares[b]);
    }

    private static void check(SentenceEmbedder embedder, List<String> sentences, float[][] rows, float[] first) {
        if (rows.length != sentences.size()) {
            throw new IllegalStateException(embedder.describe() + " gave " + rows.length + " vectors for "
                + sentences.size() + " sentences");
        }
        int width = first == null ? rows[0].length : first.length;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != width) {
                throw new IllegalStateException(embedder.describe() + " gave vectors of " + width + " and of "
                    + rows[i].length + " numbers");
            }
            for (float value : rows[i]) {
                if (!Float.isFinite(value)) {
                    throw notFinite(embedder, sentences.get(i), rows[i]);
                }
            }
        }
    }

    private static EvaluationException notFinite(SentenceEmbedder embedder, String sentence, float[] row) {
        int bad = 0;
        for (float value : row) {
            bad += Float.isFinite(value) ? 0 : 1;
        }
        return new EvaluationException("the vector of the sentence \"" + sentence + "\" has " + bad + " of "
            + row.length + " numbers that are not finite (model: " + embedder.describe()
            + "). A score from such vectors would mean nothing; half precision may have overflowed: evaluate with"
            + " --precision fp32, or use an earlier checkpoint");
    }
}
