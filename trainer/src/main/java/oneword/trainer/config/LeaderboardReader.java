package oneword.trainer.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import oneword.data.sts.StsProtocol;

/**
 * Reads a {@link LeaderboardConfig} as {@link ConfigReader} reads the configuration of a run: YAML or JSON, overrides
 * such as {@code output=tables}, everything wrong in one {@link ConfigException}.
 *
 * <pre>{@code
 * tasks: [sts]
 * data: SentEval/data
 * entries:
 *   - name: OPT 125M, one example
 *     model: facebook/opt-125m
 *     demonstration: A man is smoking.|Smoking
 *     published: prompteol-icl-opt-125m
 *   - adapter: runs/quickstart
 * }</pre>
 */
public final class LeaderboardReader {

    private static final List<String> DEFAULT_TASKS = List.of("sts");
    private static final String DEFAULT_OUTPUT = "leaderboard";

    private LeaderboardReader() {}

    /**
     * Reads a file.
     *
     * @param file YAML or JSON in UTF-8, up to 1 MiB
     * @param overrides {@code key=value}, later ones win; they win over the file
     * @param published ids of the published rows that there are
     * @return the configuration
     * @throws ConfigException if anything in it is wrong, or the file is not text
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static LeaderboardConfig read(Path file, List<String> overrides, Collection<String> published) {
        return fromString(ConfigReader.text(file), file.toString(), overrides, published);
    }

    /**
     * Reads a text.
     *
     * @param text YAML or JSON
     * @param source what messages call it, such as a file name
     * @param overrides as in {@link #read}
     * @param published as in {@link #read}
     * @return the configuration
     * @throws ConfigException if anything in it is wrong
     */
    public static LeaderboardConfig fromString(
            String text, String source, List<String> overrides, Collection<String> published) {
        Problems problems = new Problems(source);
        SectionReader root = ConfigReader.root(text, source, "entries", overrides, problems);
        List<String> tasks = root.list("tasks", DEFAULT_TASKS,
                task -> RunConfig.Evaluation.isFile(task) || RunConfig.Evaluation.TASKS.contains(task),
                RunConfig.Evaluation.TASKS,
                ".tsv files and names among " + String.join(", ", RunConfig.Evaluation.TASKS));
        String data = root.optionalText("data", ConfigReader.given(), "a SentEval folder");
        if (data == null) {
            tasks.stream().filter(task -> !RunConfig.Evaluation.isFile(task)).findFirst()
                    .ifPresent(task -> root.conflict("tasks",
                            task + " is read from a SentEval folder; name it as data or use a .tsv file"));
        }
        String output = root.text("output", DEFAULT_OUTPUT, ConfigReader.given(), "a folder");
        String cache = root.optionalText("cache", ConfigReader.given(), "a folder");
        List<String> references = root.list("references", List.of(), published::contains, published,
                "ids of published rows: " + String.join(", ", published));
        LeaderboardConfig config = new LeaderboardConfig(entries(root, published), tasks, data,
                root.choice("protocol", StsProtocol.SENTEVAL), root.choice("device", RunConfig.Device.AUTO), output,
                cache == null ? output + "/cache" : cache, references);
        root.refuseUnknownKeys();
        problems.throwIfAny();
        return config;
    }

    private static List<LeaderboardConfig.Entry> entries(SectionReader root, Collection<String> published) {
        String allowed = "a list of models, such as [{model: models/opt-mini}]";
        List<SectionReader> sections = root.sections("entries", allowed);
        if (!root.has("entries")) {
            root.missing("entries", allowed);
        } else if (sections.isEmpty()) {
            root.conflict("entries", "holds no entry; allowed is " + allowed);
        }
        List<LeaderboardConfig.Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (SectionReader keys : sections) {
            LeaderboardConfig.Entry entry = entry(keys, published);
            if (!names.add(entry.name())) {
                keys.problem("is called '" + entry.name() + "' as another one is; give it a name of its own");
            }
            entries.add(entry);
        }
        return entries;
    }

    private static LeaderboardConfig.Entry entry(SectionReader keys, Collection<String> published) {
        String name = keys.optionalText("name", ConfigReader.given(), "a text");
        String model = keys.optionalText("model", ConfigReader.given(), "a local model folder or a hub id");
        String adapter = keys.optionalText("adapter", ConfigReader.given(), "a run, a checkpoint or a PEFT adapter");
        if (!keys.has("model") && !keys.has("adapter")) {
            keys.problem("names neither a model nor an adapter; give it one of the two keys or both");
        }
        String demonstration = keys.optionalText("demonstration", LeaderboardConfig.Demonstration::isOne,
                "'sentence|word', without {sentence}");
        String row = keys.optionalText("published", ConfigReader.given(), "the id of a published row");
        if (row != null && !published.contains(row)) {
            keys.conflict("published", "'" + row + "' is not the id of a published row; " + Suggestion
                    .nearest(row, published).map(id -> "did you mean " + id + "?")
                    .orElse("there are " + String.join(", ", published)));
        }
        String called = name != null ? name : adapter != null ? adapter : String.valueOf(model);
        return new LeaderboardConfig.Entry(called, model,
                keys.text("revision", "main", ConfigReader.given(), "a branch, tag or commit"), adapter,
                keys.optionalText("prompt", ConfigReader::holdsOneSentence, "a text with exactly one {sentence}"),
                demonstration == null ? null : LeaderboardConfig.Demonstration.of(demonstration),
                keys.choice("precision", RunConfig.Precision.AUTO), row);
    }
}
