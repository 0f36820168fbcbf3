package oneword.trainer.config;

import java.util.List;
import oneword.data.sts.StsProtocol;

/**
 * Everything that decides a leaderboard, checked and with all defaults filled in.
 *
 * <p>Keys in YAML are the component names in snake_case. A component documented as nullable is {@code null} where the
 * key is absent; no other component is ever null. {@link LeaderboardReader} holds the checks.
 *
 * @param entries the models to score, at least one, in the order of the table; no two of one name
 * @param tasks names among {@link RunConfig.Evaluation#TASKS} or paths of {@code .tsv} files with graded pairs; default
 *     {@code sts}
 * @param data SentEval folder, nullable: only {@code .tsv} tasks
 * @param protocol form of the STS sets; default {@code senteval}, that of the published rows
 * @param device where the models run; default {@code auto}
 * @param output folder of the tables; default {@code leaderboard}
 * @param cache folder of the vectors; default {@code cache} in {@code output}
 * @param references ids of published rows that stand in the table though no entry names them; default none
 */
public record LeaderboardConfig(List<Entry> entries, List<String> tasks, String data, StsProtocol protocol,
                                RunConfig.Device device, String output, String cache, List<String> references) {

    /** Copies the lists. */
    public LeaderboardConfig {
        entries = List.copyOf(entries);
        tasks = List.copyOf(tasks);
        references = List.copyOf(references);
    }

    /**
     * One row of our own.
     *
     * @param name what the table calls it; default the adapter or, without one, the model
     * @param model a local folder or a hub id, nullable: the base model that the adapter names
     * @param revision branch, tag or commit of a hub id; default {@code main}
     * @param adapter PEFT adapter, checkpoint or run, nullable: the model as it is
     * @param prompt template with one {@code {sentence}}, nullable: the one saved beside adapter or model, or
     *     else PromptEOL's
     * @param demonstration one solved example before the prompt, nullable: none
     * @param precision type of the frozen weights; default {@code auto}, fp32 on a CPU and bf16 on a GPU
     * @param published id of the published row to compare with, nullable: none
     */
    public record Entry(String name, String model, String revision, String adapter, String prompt,
                        Demonstration demonstration, RunConfig.Precision precision, String published) {
    }

    /**
     * A solved example, {@code sentence|word}.
     *
     * @param sentence its sentence
     * @param word the one word for it
     */
    public record Demonstration(String sentence, String word) {

        /** Whether a text holds both, split at its last bar. */
        static boolean isOne(String text) {
            int bar = text.lastIndexOf('|');
            return bar > 0 && !text.substring(0, bar).isBlank() && !text.substring(bar + 1).isBlank()
                    && !text.contains("{sentence}");
        }

        /** Reads a text that {@link #isOne}. */
        static Demonstration of(String text) {
            int bar = text.lastIndexOf('|');
            return new Demonstration(text.substring(0, bar), text.substring(bar + 1));
        }
    }
}
