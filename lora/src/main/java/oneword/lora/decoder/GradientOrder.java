package oneword.lora.decoder;

/**
 * Says when a recording may add to the gradients of a stage's matrices. Sums of floating-point numbers depend on their
 * order, so recordings that go back side by side must agree on one.
 */
@FunctionalInterface
public interface GradientOrder {

    /** For a recording that goes back alone: at once. */
    GradientOrder ALONE = (stage, addition) -> addition.run();

    /**
     * Runs an addition when it is the recording's turn, once for each stage that has gradients.
     *
     * @param stage 0 for the embeddings, 1 to L for the layers, the head with the last
     * @param addition adds to gradients of that stage alone
     */
    void add(int stage, Runnable addition);
}
