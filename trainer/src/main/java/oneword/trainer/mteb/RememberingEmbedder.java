package oneword.trainer.mteb;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import oneword.trainer.evaluation.SentenceEmbedder;

/**
 * Keeps every vector that another embedder made, so that scoring the same sentences once more costs nothing. n
 * sentences of d numbers take 4·n·d bytes.
 */
public final class RememberingEmbedder implements SentenceEmbedder {

    private final SentenceEmbedder embedder;
    private final Map<String, float[]> known = new HashMap<>();

    /**
     * Remembers for one embedder.
     *
     * @param embedder asked once for each sentence
     */
    public RememberingEmbedder(SentenceEmbedder embedder) {
        this.embedder = embedder;
    }

    @Override
    public float[][] embed(List<String> sentences) {
        List<String> missing = new ArrayList<>(new LinkedHashSet<>(sentences));
        missing.removeIf(known::containsKey);
        if (!missing.isEmpty()) {
            float[][] vectors = embedder.embed(missing);
            for (int i = 0; i < vectors.length; i++) {
                known.put(missing.get(i), vectors[i]);
            }
        }
        return sentences.stream().map(known::get).toArray(float[][]::new);
    }

    @Override
    public String describe() {
        return embedder.describe();
    }
}
