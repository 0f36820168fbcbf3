package oneword.data.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import oneword.data.nli.Triple;
import oneword.data.token.SentenceEncoder;

/**
 * From row numbers to ids, by the rule for training sentences. A pure function of its arguments, safe for use by
 * several threads. The sentences of a batch are encoded in parallel, on the JVM's common pool. Ids are kept for the
 * epochs to come until {@link #DEFAULT_CACHE_TOKENS} are held; what does not fit is encoded anew each time.
 */
public final class BatchEncoder {

    /** How many token ids are kept by default: a million, about 20 MB with the sentences they belong to. */
    public static final long DEFAULT_CACHE_TOKENS = 1L << 20;

    private final List<Triple> rows;
    private final SentenceEncoder encoder;
    private final long cacheTokens;
    private final Map<String, int[]> cache = new ConcurrentHashMap<>();
    private final AtomicLong cached = new AtomicLong();

    /**
     * Combines rows and an encoder.
     *
     * @param rows all rows, found by their number; read by several threads, and not to be changed
     * @param encoder turns sentences into ids
     */
    public BatchEncoder(List<Triple> rows, SentenceEncoder encoder) {
        this(rows, encoder, DEFAULT_CACHE_TOKENS);
    }

    /**
     * Combines rows and an encoder, with a bound on what is kept.
     *
     * @param rows all rows, found by their number; read by several threads, and not to be changed
     * @param encoder turns sentences into ids
     * @param cacheTokens how many ids to keep at most; 0 for none
     */
    public BatchEncoder(List<Triple> rows, SentenceEncoder encoder, long cacheTokens) {
        this.rows = rows;
        this.encoder = encoder;
        this.cacheTokens = cacheTokens;
    }

    /**
     * Encodes a batch.
     *
     * @param step the step it is for, from 0
     * @param epoch the epoch it belongs to, from 0
     * @param batch row numbers
     * @return the ids; the arrays are the caller's own
     */
    public EncodedBatch encode(long step, int epoch, int[] batch) {
        int n = batch.length;
        List<String> sentences = new ArrayList<>(3 * n);
        int[] targets = new int[n];
        int[] hardNegatives = new int[n];
        for (int row : batch) {
            sentences.add(rows.get(row).anchor());
        }
        for (int i = 0; i < n; i++) {
            targets[i] = sentences.size() - n;
            sentences.add(rows.get(batch[i]).positive());
        }
        for (int i = 0; i < n; i++) {
            Triple row = rows.get(batch[i]);
            hardNegatives[i] = row.hasHardNegative() ? sentences.size() - n : -1;
            if (row.hasHardNegative()) {
                sentences.add(row.hardNegative());
            }
        }
        List<int[]> ids = sentences.parallelStream().map(this::ids).toList();
        return new EncodedBatch(step, epoch, batch.clone(), List.copyOf(ids.subList(0, n)),
            List.copyOf(ids.subList(n, ids.size())), targets, hardNegatives);
    }

    private int[] ids(String sentence) {
        int[] known = cache.get(sentence);
        if (known == null) {
            known = encoder.training(sentence);
            if (cached.addAndGet(known.length) > cacheTokens || cache.putIfAbsent(sentence, known) != null) {
                cached.addAndGet(-known.length);
            }
        }
        return known.clone();
    }
}
