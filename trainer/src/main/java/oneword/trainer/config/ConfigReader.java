package oneword.trainer.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import oneword.data.sts.StsProtocol;
import oneword.trainer.config.ConfigNode.Nothing;
import oneword.trainer.config.ConfigNode.Place;
import oneword.trainer.config.ConfigNode.Scalar;
import oneword.trainer.config.ConfigNode.Section;

/**
 * Reads a {@link RunConfig} from YAML 1.1 (hence also from JSON) and from overrides such as {@code training.seed=7}.
 *
 * <p>Numbers may be quoted; {@code 5e-4}, {@code 0.0005} and {@code 1_000} are numbers. Booleans are true, false, yes,
 * no, on and off. A list may be one text with commas. An override's value is taken as it stands, quotes included,
 * except that {@code [a, b]} is a list and {@code null} or nothing at all stands for no value.
 *
 * <p>Everything wrong is reported in one {@link ConfigException}: unknown keys (with what was probably meant), values
 * of the wrong kind or out of range, keys given twice, tags, anchors and aliases, several documents.
 */
public final class ConfigReader {

    private static final long LARGEST_FILE = 1 << 20;
    private static final String PLACEHOLDER = "{sentence}";
    private static final String FROM_SENTEVAL =
            " is read from a SentEval folder; name it as evaluation.data or use a .tsv file";
    private static final Pattern RUN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private ConfigReader() {}

    /**
     * Reads a file.
     *
     * @param file YAML or JSON in UTF-8, up to 1 MiB
     * @param overrides {@code key=value} with dotted keys, later ones win; they win over the file
     * @return the configuration
     * @throws ConfigException if anything in it is wrong, or the file is not text
     * @throws UncheckedIOException if the file cannot be read
     */
    public static RunConfig read(Path file, List<String> overrides) {
        return fromString(text(file), file.toString(), overrides);
    }

    /** Reads the text of a configuration. */
    static String text(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new ConfigException(file + ": there is no such file");
            }
            if (Files.size(file) > LARGEST_FILE) {
                throw new ConfigException(file + ": is larger than 1 MiB and hardly a configuration");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new ConfigException(file + ": is not text in UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a text.
     *
     * @param text YAML or JSON
     * @param source what messages call it, such as a file name
     * @param overrides as in {@link #read}
     * @return the configuration
     * @throws ConfigException if anything in it is wrong
     */
    public static RunConfig fromString(String text, String source, List<String> overrides) {
        Problems problems = new Problems(source);
        RunConfig config = read(root(text, source, "data.train", overrides, problems));
        problems.throwIfAny();
        return config;
    }

    /**
     * Parses a text and puts the overrides into it.
     *
     * @param needed the key that an empty file lacks most
     * @throws ConfigException if there is nothing to read
     */
    static SectionReader root(
            String text, String source, String needed, List<String> overrides, Problems problems) {
        String withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
        Section root = ConfigParser.parseFile(withoutMark, source, needed, problems);
        if (root == null) {
            problems.throwIfAny();
        }
        overrides.forEach(override -> apply(override, root, problems));
        return new SectionReader("", root, problems);
    }

    private static void apply(String override, Section root, Problems problems) {
        Place place = new Place("--set " + override, 0);
        int equals = override.indexOf('=');
        if (equals < 1) {
            problems.add(place, "is not of the form key=value, such as training.seed=7");
            return;
        }
        String value = override.substring(equals + 1);
        ConfigNode node = new Scalar(value, place);
        if (value.isBlank() || value.equals("null")) {
            node = new Nothing(place);
        } else if (value.startsWith("[") && value.endsWith("]")) {
            node = ConfigParser.parseValue(value, place, problems);
        }
        String[] path = override.substring(0, equals).strip().split("\\.", -1);
        Section section = root;
        for (int i = 0; i < path.length - 1; i++) {
            ConfigNode inner = section.entries().get(path[i]);
            if (!(inner instanceof Section)) {
                inner = new Section(new LinkedHashMap<>(), place);
                section.entries().put(path[i], inner);
            }
            section = (Section) inner;
        }
        section.entries().put(path[path.length - 1], node);
    }

    private static RunConfig read(SectionReader root) {
        SectionReader data = root.section("data");
        RunConfig config = new RunConfig(
                model(root.section("model")),
                prompt(root.section("prompt")),
                lora(root.section("lora")),
                data(data),
                loss(root.section("loss")),
                training(root.section("training")),
                evaluation(root.section("evaluation")),
                checkpoint(root.section("checkpoint")),
                run(root.section("run")));
        if (config.evaluation().data() == null) {
            needsSentEval(data, "exclude", config.data().exclude());
        }
        root.refuseUnknownKeys();
        return config;
    }

    private static RunConfig.Model model(SectionReader keys) {
        return new RunConfig.Model(
                keys.text("name", "models/opt-mini", given(), "a local model folder or a hub id"),
                keys.text("revision", "main", given(), "a branch, tag or commit"),
                keys.choice("precision", RunConfig.Precision.AUTO),
                keys.choice("device", RunConfig.Device.AUTO));
    }

    private static RunConfig.Prompt prompt(SectionReader keys) {
        return new RunConfig.Prompt(
                keys.text("template", "This sentence : \"" + PLACEHOLDER + "\" means in one word:\"",
                        ConfigReader::holdsOneSentence, "a text with exactly one " + PLACEHOLDER),
                keys.integer("max_sentence_tokens", 32, 1));
    }

    private static RunConfig.Lora lora(SectionReader keys) {
        List<String> targets = keys.optionalList("targets", given(), "names of linears such as q_proj");
        if (targets != null && targets.isEmpty()) {
            keys.conflict("targets", "needs at least one linear");
        }
        return new RunConfig.Lora(
                keys.integer("rank", 64, 1),
                keys.decimal("alpha", 16, value -> value > 0, "a number above 0"),
                keys.decimal("dropout", 0.05, ConfigReader::isDropout, "a number from 0 to below 1"),
                targets,
                keys.optionalText("initialize_from", given(), "the folder of a PEFT adapter"));
    }

    private static RunConfig.Data data(SectionReader keys) {
        String allowed = "the file of training triples";
        String train = keys.text("train", "", given(), allowed);
        if (!keys.has("train")) {
            keys.missing("train", allowed + ", with columns sent0, sent1 and hard_neg");
        }
        List<String> exclude = tasks(keys, "exclude");
        int limit = keys.integer("limit", 0, 0);
        boolean shuffle = keys.flag("shuffle", true);
        SectionReader columns = keys.section("columns");
        return new RunConfig.Data(train, exclude, limit, shuffle, new RunConfig.Columns(
                columns.text("anchor", "sent0", given(), "a column name"),
                columns.text("positive", "sent1", given(), "a column name"),
                columns.text("hard_negative", "hard_neg", given(), "a column name")));
    }

    private static RunConfig.Loss loss(SectionReader keys) {
        return new RunConfig.Loss(
                keys.decimal("temperature", 0.05, value -> value > 0, "a number above 0"),
                keys.decimal("hard_negative_weight", 0, value -> true, "a number"));
    }

    private static RunConfig.Training training(SectionReader keys) {
        String atLeastZero = "a number of at least 0";
        return new RunConfig.Training(
                keys.integer("epochs", 1, 1),
                keys.integer("max_steps", 0, 0),
                keys.integer("batch_size", 256, 1),
                keys.integer("micro_batch_tokens", 4096, 1),
                keys.decimal("learning_rate", 5e-4, value -> value >= 0, atLeastZero),
                keys.integer("warmup_steps", 100, 0),
                keys.choice("schedule", RunConfig.Schedule.LINEAR),
                keys.decimal("weight_decay", 0, value -> value >= 0, atLeastZero),
                keys.decimal("max_grad_norm", 1.0, value -> value >= 0, atLeastZero),
                keys.optionalDecimal("model_dropout", ConfigReader::isDropout, "a number from 0 to below 1"),
                keys.whole("seed", 42, 0, Long.MAX_VALUE),
                keys.choice("gradient_cache", RunConfig.Switch.AUTO),
                keys.choice("share_prefix", RunConfig.Switch.AUTO));
    }

    private static RunConfig.Evaluation evaluation(SectionReader keys) {
        int every = keys.integer("every", 0, 0);
        List<String> tasks = tasks(keys, "tasks");
        String data = keys.optionalText("data", given(), "a SentEval folder");
        String selectBy = keys.optionalText("select_by",
                task -> isFile(task) || task.equals("dev") || RunConfig.Evaluation.SELECTION_TASKS.contains(task),
                "a .tsv file or one of " + String.join(", ", RunConfig.Evaluation.SELECTION_TASKS));
        boolean named = selectBy != null;
        if (selectBy == null) {
            selectBy = tasks.stream().filter(task -> data == null && isFile(task)).findFirst().orElse("dev");
        }
        if (selectBy.equals("dev")) {
            selectBy = RunConfig.Evaluation.DEFAULT_SELECTION;
        }
        if (data == null) {
            needsSentEval(keys, "tasks", tasks);
            if (every > 0 && !isFile(selectBy)) {
                keys.conflict(named ? "select_by" : "every",
                        selectBy + ", which selects the best checkpoint," + FROM_SENTEVAL);
            }
        }
        return new RunConfig.Evaluation(every, tasks, selectBy, data,
                keys.choice("protocol", StsProtocol.SENTEVAL),
                keys.optionalText("neighbours", given(), "a text file with one sentence a line"));
    }

    private static List<String> tasks(SectionReader keys, String key) {
        return keys.list(key, List.of(), task -> isFile(task) || RunConfig.Evaluation.TASKS.contains(task),
                RunConfig.Evaluation.TASKS,
                ".tsv files and names among " + String.join(", ", RunConfig.Evaluation.TASKS));
    }

    private static void needsSentEval(SectionReader keys, String key, List<String> tasks) {
        tasks.stream().filter(task -> !isFile(task)).findFirst()
                .ifPresent(task -> keys.conflict(key, task + FROM_SENTEVAL));
    }

    private static RunConfig.Checkpoint checkpoint(SectionReader keys) {
        return new RunConfig.Checkpoint(keys.integer("every", 50, 0), keys.integer("keep", 3, 1));
    }

    private static RunConfig.Run run(SectionReader keys) {
        return new RunConfig.Run(
                keys.text("root", RunConfig.Run.DEFAULT_ROOT, given(), "a folder"),
                keys.optionalText("name", name -> RUN_NAME.matcher(name).matches() && !name.equals("latest"),
                        "letters, digits, dots, hyphens and underscores, not starting with a dot, and not 'latest'"));
    }

    private static boolean isFile(String task) {
        return RunConfig.Evaluation.isFile(task);
    }

    static boolean holdsOneSentence(String template) {
        int first = template.indexOf(PLACEHOLDER);
        return first >= 0 && first == template.lastIndexOf(PLACEHOLDER);
    }

    private static boolean isDropout(double value) {
        return value >= 0 && value < 1;
    }

    static Predicate<String> given() {
        return text -> !text.isBlank();
    }
}
