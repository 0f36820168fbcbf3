package oneword.trainer.mteb;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import oneword.trainer.evaluation.SentenceEmbedder;

/**
 * Keeps the vectors that another embedder made of chosen sentences, so that scoring these once more costs nothing. n
 * of them with d numbers each take 4·n·d bytes.
 */
public final class RememberingEmbedder implements SentenceEmbedder {

    private final SentenceEmbedder embedder;
    private final Set<String> kept;
    private final Map<String, float[]> known = new HashMap<>();

    /**
     * Remembers for one embedder.
     *
     * @param embedder asked once for each sentence that is kept
     * @param kept the sentences whose vectors are kept; others are passed on
     */
    public RememberingEmbedder(SentenceEmbedder embedder, Set<String> kept) {
        this.embedder = embedder;
        this.kept = kept;
    }

    @Override
    public float[][] embed(List<String> sentences) {
        List<String> missing = new ArrayList<>(new LinkedHashSet<>(sentences));
        missing.removeIf(known::containsKey);
        Map<String, float[]> made = new HashMap<>();
        if (!missing.isEmpty()) {
            float[][] vectors = embedder.embed(missing);
            for (int i = 0; i < vectors.length; i++) {
                Map<String, float[]> place = kept.contains(missing.get(i)) ? known : made;
                place.put(missing.get(i), vectors[i]);
            }
        }
        return sentences.stream().map(sentence -> kept.contains(sentence) ? known.get(sentence) : made.get(sentence))
            .toArray(float[][]::new);
    }

    @Override
    public String describe() {
        return embedder.describe();
    }
}
