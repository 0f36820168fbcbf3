package oneword.trainer.demonstration;

/**
 * A solved example.
 *
 * @param sentence what is summed up
 * @param word the one word that does it
 */
public record Demonstration(String sentence, String word) {

    /** {@code sentence|word}, as {@code evaluate --demonstration} takes it. */
    @Override
    public String toString() {
        return sentence + "|" + word;
    }
}
