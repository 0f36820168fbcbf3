package oneword.trainer.loop;

/**
 * torch's dynamic loss scale for fp16 (torch.amp.GradScaler): gradients are multiplied on their way through the model,
 * so that small ones do not vanish, and divided again before they are used.
 *
 * <p>A step whose gradients overflow is left out and halves the scale; {@value #INTERVAL} good ones in a row double it.
 *
 * @param scale factor in use; 1 where there is no scaling
 * @param goodSteps updates since it last changed
 * @param dynamic whether it changes
 */
public record LossScale(double scale, int goodSteps, boolean dynamic) {

    /** Good updates after which the scale doubles. */
    public static final int INTERVAL = 2000;

    private static final double START = 65536;

    /** For types with fp32's range. */
    public static LossScale none() {
        return new LossScale(1, 0, false);
    }

    /** As a run in fp16 begins. */
    public static LossScale start() {
        return new LossScale(START, 0, true);
    }

    /** The scale after a step. */
    LossScale after(boolean finite) {
        if (!dynamic) {
            return this;
        }
        if (!finite) {
            return new LossScale(scale / 2, 0, true);
        }
        return goodSteps + 1 == INTERVAL
            ? new LossScale(scale * 2, 0, true) : new LossScale(scale, goodSteps + 1, true);
    }

    /** Whether a step that is not finite says no more than that the scale was too high. */
    boolean explainsOverflow() {
        return dynamic && scale > 1;
    }
}
