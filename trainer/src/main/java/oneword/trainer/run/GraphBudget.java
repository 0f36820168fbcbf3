package oneword.trainer.run;

import oneword.trainer.config.RunConfig;
import oneword.trainer.hardware.Memory;

/** How much memory one graph over a whole batch may take before a step turns to the gradient cache. */
final class GraphBudget {

    private GraphBudget() {}

    /**
     * Gives the budget: {@code on} none, {@code off} no limit, {@code auto} half of what the machine has beside the
     * weights. It follows from the machine and the model alone, so a resumed run decides as it did before.
     */
    static long bytes(RunPlan plan) {
        RunConfig.GradientCache cache = plan.config().training().gradientCache();
        return switch (cache) {
            case ON -> 0;
            case OFF -> Long.MAX_VALUE;
            case AUTO -> Math.max(0, (Memory.physical()
                - plan.decoder().frozenParameters() * plan.precision().precision().bytes()) / 2);
        };
    }
}
