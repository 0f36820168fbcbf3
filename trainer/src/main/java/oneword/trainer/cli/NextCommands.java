package oneword.trainer.cli;

import java.nio.file.Path;
import java.util.Optional;
import oneword.trainer.report.RunReport;
import oneword.trainer.run.RunPlan;

/** What a person may want to type after a run, word for word. */
final class NextCommands {

    private NextCommands() {}

    static String after(RunPlan plan, Path run) {
        Path best = run.resolve("best");
        String program = Optional.ofNullable(System.getProperty("oneword.command")).orElse("./oneword");
        String model = plan.config().model().name();
        String tasks = String.join(",", plan.config().evaluation().tasks());
        String data = plan.config().evaluation().data() == null ? "" : " --data " + plan.config().evaluation().data();
        StringBuilder text = new StringBuilder("Next:\n");
        text.append(String.format("  report       open %s%n", run.resolve(RunReport.FILE_NAME)));
        if (!tasks.isEmpty()) {
            text.append(String.format("  evaluate     %s evaluate --model %s --adapter %s --tasks %s%s%n",
                program, model, best, tasks, data));
        }
        text.append(String.format(
            "  embed        %s embed --model %s --adapter %s --input sentences.txt --output vectors.npy%n",
            program, model, best));
        text.append(String.format("  export       %s export --checkpoint %s --format peft --output %s%n",
            program, best, run.resolve("peft")));
        text.append(String.format("  TensorBoard  tensorboard --logdir %s", run.getParent()));
        return text.toString();
    }
}
