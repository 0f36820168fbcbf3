package oneword.trainer.leaderboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import oneword.trainer.evaluation.Progress;

/**
 * The vectors of one entry: from the cache, else from its model, which is loaded when the first sentence asks for it. A
 * sentence that an earlier task had is not embedded again, as long as its vector fits into {@link #REMEMBERED_NUMBERS}.
 */
final class EntryVectors implements AutoCloseable {

    /** How many numbers of earlier tasks are kept in memory: 256 MiB. */
    static final long REMEMBERED_NUMBERS = 64L << 20;

    private static final int CHUNK = 512;

    private final VectorCache cache;
    private final ObjectNode identity;
    private final Supplier<EntryEmbedder> opener;
    private final BooleanSupplier stop;
    private final Map<String, float[]> known = new HashMap<>();
    private EntryEmbedder embedder;

    /**
     * Vectors of one entry.
     *
     * @param cache looked into first and added to
     * @param identity everything that decides a sentence's vector
     * @param opener loads the model
     * @param stop asked between parts of the work
     */
    EntryVectors(VectorCache cache, ObjectNode identity, Supplier<EntryEmbedder> opener, BooleanSupplier stop) {
        this.cache = cache;
        this.identity = identity;
        this.opener = opener;
        this.stop = stop;
    }

    /**
     * Gives the vectors of a task.
     *
     * @param sentences distinct ones
     * @param progress hears how many of those that the model must embed are done; nothing where it must embed none
     * @throws StoppedException if a stop was asked for; what is complete is in the cache
     */
    Answer of(List<String> sentences, Progress progress) {
        ObjectNode key = identity.deepCopy();
        key.put("sentences", Digest.of(sentences));
        Optional<CachedVectors> cached = cache.read(key, sentences.size());
        CachedVectors vectors = cached.orElseGet(() -> compute(sentences, progress));
        if (cached.isEmpty()) {
            cache.write(key, vectors);
        }
        remember(sentences, vectors.rows());
        return new Answer(vectors, cached.isPresent(), key);
    }

    /**
     * What was asked for.
     *
     * @param vectors of the task's sentences
     * @param isCached whether they were there already
     * @param key what decides them
     */
    record Answer(CachedVectors vectors, boolean isCached, ObjectNode key) {}

    private CachedVectors compute(List<String> sentences, Progress progress) {
        List<String> missing = sentences.stream().filter(sentence -> !known.containsKey(sentence)).toList();
        Map<String, float[]> made = new HashMap<>();
        double seconds = 0;
        int shortened = 0;
        if (!missing.isEmpty()) {
            if (embedder == null) {
                stopIfAsked();
                embedder = opener.get();
            }
            int before = embedder.shortened();
            long begin = System.nanoTime();
            progress.update(0, missing.size());
            for (int from = 0; from < missing.size(); from += CHUNK) {
                stopIfAsked();
                List<String> part = missing.subList(from, Math.min(from + CHUNK, missing.size()));
                float[][] rows = embedder.embed(part);
                for (int i = 0; i < rows.length; i++) {
                    made.put(part.get(i), rows[i]);
                }
                progress.update(from + part.size(), missing.size());
            }
            seconds = (System.nanoTime() - begin) / 1e9;
            shortened = embedder.shortened() - before;
        }
        List<float[]> rows = new ArrayList<>(sentences.size());
        sentences.forEach(sentence -> rows.add(made.containsKey(sentence) ? made.get(sentence) : known.get(sentence)));
        return new CachedVectors(rows.toArray(float[][]::new), missing.size(), seconds, shortened);
    }

    private void remember(List<String> sentences, float[][] rows) {
        for (int i = 0; i < rows.length && (known.size() + 1L) * rows[i].length <= REMEMBERED_NUMBERS; i++) {
            known.putIfAbsent(sentences.get(i), rows[i]);
        }
    }

    private void stopIfAsked() {
        if (stop.getAsBoolean()) {
            throw new StoppedException();
        }
    }

    @Override
    public void close() {
        if (embedder != null) {
            embedder.close();
        }
    }

    /** Work was left because a stop was asked for. */
    static final class StoppedException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }
}
