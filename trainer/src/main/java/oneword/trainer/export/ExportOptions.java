package oneword.trainer.export;

import java.util.Optional;
import oneword.lora.merge.ModelMerge;
import oneword.lora.merge.Storage;

/**
 * How an export is made.
 *
 * @param storage type of merged weights; empty means {@link Storage#BASE} for a merged model and {@link Storage#FP32}
 *     for sentence-transformers, whose vectors shall be the same
 * @param maxDrift largest {@code 1 - cosine} between a sentence's vectors before and after that is accepted
 * @param force accepts any drift
 * @param maxShardBytes most bytes of one weight file
 * @param card what the model card says
 */
public record ExportOptions(
    Optional<Storage> storage, double maxDrift, boolean force, long maxShardBytes, CardDetails card) {

    /** The largest drift that is accepted by default. */
    public static final double MAX_DRIFT = 1e-3;

    /** Default storage, drift up to {@link #MAX_DRIFT}, shards of 5 GB, and a card without results. */
    public static ExportOptions defaults() {
        return new ExportOptions(
            Optional.empty(), MAX_DRIFT, false, ModelMerge.SHARD_BYTES, CardDetails.none());
    }
}
