package oneword.trainer.evaluation;

import oneword.trainer.progress.ProgressDisplay;
import oneword.trainer.progress.Screen;

/** Shows an evaluation's two phases one after the other: sentences embedded, then rounds of fits of transfer tasks. */
public final class EvaluationDisplay implements AutoCloseable {

    private final Screen screen;
    private final String embedding;
    private ProgressDisplay shown;
    private String phase = "";

    /**
     * A display that opens when there is something to show.
     *
     * @param screen where to
     * @param embedding what the first phase is called, such as {@code embedding}
     */
    public EvaluationDisplay(Screen screen, String embedding) {
        this.screen = screen;
        this.embedding = embedding;
    }

    /**
     * Hears of sentences.
     *
     * @return for {@link Evaluator}
     */
    public Progress embedding() {
        return (done, total) -> update(embedding, "sentences", done, total);
    }

    /**
     * Hears of fits.
     *
     * @return for {@link Evaluator}
     */
    public Progress classifying() {
        return (done, total) -> update("classifying", "fits", done, total);
    }

    private void update(String label, String unit, long done, long total) {
        if (!label.equals(phase)) {
            close();
            shown = new ProgressDisplay(screen, label, unit, done, total);
            phase = label;
        }
        shown.update(done, total);
    }

    @Override
    public void close() {
        if (shown != null) {
            shown.close();
            shown = null;
            phase = "";
        }
    }
}
