package oneword.trainer.run;

import ai.djl.nn.Parameter;
import java.util.Locale;
import oneword.lora.adapter.LoraAdapter;

/** Finds out why numbers are not finite. */
final class Divergence {

    /** Entries of a trained adapter are mostly below 1. */
    private static final double ORDINARY = 100;

    private Divergence() {}

    /**
     * Tells the cause, as far as the adapter shows it.
     *
     * @param plan of the run
     * @param adapter as the last update left it
     */
    static String cause(RunPlan plan, LoraAdapter adapter) {
        double largest = largest(adapter);
        String rate = "(training.learning_rate " + plan.config().training().learningRate() + ")";
        if (!Double.isFinite(largest)) {
            return "the adapter itself holds numbers that are not finite: an update was too large " + rate;
        }
        if (largest > ORDINARY) {
            return String.format(Locale.ROOT, "the adapter's numbers have grown to %.3g: the updates were too large %s",
                largest, rate);
        }
        return String.format(Locale.ROOT, "the adapter's numbers are ordinary (at most %.3g), so it is these rows, or "
            + "loss.temperature %s, that overflow in %s", largest, plan.config().loss().temperature(),
            plan.precision().precision().key());
    }

    /** The largest absolute value of an adapter; infinite where one is not finite. */
    static double largest(LoraAdapter adapter) {
        double largest = 0;
        for (Parameter parameter : adapter.parameters()) {
            for (float value : parameter.getArray().toFloatArray()) {
                largest = Math.max(largest, Float.isFinite(value) ? Math.abs(value) : Double.POSITIVE_INFINITY);
            }
        }
        return largest;
    }
}
