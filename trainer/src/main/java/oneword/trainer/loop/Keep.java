package oneword.trainer.loop;

import java.util.Optional;

/** What stays in memory between a forward pass and its backward pass. */
public enum Keep {
    /** The graph of the whole batch: nothing is computed twice. */
    BATCH,
    /** The graph of one micro-batch (GradCache): every forward pass is made twice. */
    MICRO_BATCH,
    /** What stands at the borders of one micro-batch's layers, and the graph of one layer: made three times. */
    LAYER_BORDERS;

    /** The next thriftier way. */
    Optional<Keep> less() {
        return this == LAYER_BORDERS ? Optional.empty() : Optional.of(values()[ordinal() + 1]);
    }
}
