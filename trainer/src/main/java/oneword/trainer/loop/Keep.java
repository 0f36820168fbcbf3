package oneword.trainer.loop;

import java.util.Optional;

/** What stays in memory between a forward pass and its backward pass. */
public enum Keep {
    /** What gradients need of the whole batch: nothing is computed twice. */
    BATCH,
    /** What they need of one micro-batch (GradCache): every forward pass is made twice. */
    MICRO_BATCH,
    /** What stands at the borders of one micro-batch's layers, and what one layer needs: made three times. */
    LAYER_BORDERS;

    /** The next thriftier way. */
    Optional<Keep> less() {
        return this == LAYER_BORDERS ? Optional.empty() : Optional.of(values()[ordinal() + 1]);
    }
}
