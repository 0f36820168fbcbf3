package oneword.trainer.evaluation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import oneword.data.sts.StsReader;
import oneword.data.sts.StsTask;
import oneword.trainer.config.Suggestion;

/**
 * The tasks a user asked for. Names are {@code sts} (the seven STS test sets), {@code dev} (the STS benchmark's dev
 * set), {@code STS12} … {@code STS16}, {@code STSBenchmark}, {@code SICK-R}, {@code STSBenchmark-dev}, or a file
 * {@code FILE.tsv} of one's own graded pairs. A task named twice is there once.
 *
 * <p>Names are checked when the list is made, before anything is read; {@link #read} then finds the data.
 */
public final class TaskList {

    /** The STS benchmark's test set. */
    public static final String STS_BENCHMARK = "STSBenchmark";

    /** The STS benchmark's dev set, which {@code dev} means. */
    public static final String DEV = "STSBenchmark-dev";

    /** The seven test sets whose average papers print, in their order. */
    public static final List<String> STS = StsReader.STS;

    private static final List<String> TRANSFER =
        List.of("transfer", "MR", "CR", "SUBJ", "MPQA", "SST2", "TREC", "MRPC");
    private static final List<String> KNOWN =
        Stream.concat(Stream.of("sts", "dev"), StsReader.names().stream()).toList();
    private static final Map<String, String> OTHER_NAMES = Map.of("sts-b", STS_BENCHMARK, "stsb", STS_BENCHMARK,
        "sick", "SICK-R", "sts-b-dev", DEV, "stsb-dev", DEV);

    private final List<String> names;

    private TaskList(Collection<String> names) {
        this.names = List.copyOf(names);
    }

    /**
     * Reads a list as the command line has it.
     *
     * @param commaSeparated for example {@code sts,dev,pairs.tsv}; white space around a name does not count
     * @return the tasks
     * @throws EvaluationException if a name is not known or not available, for all such names at once, or if there is
     *     none
     */
    public static TaskList parse(String commaSeparated) {
        return parse(Arrays.asList(commaSeparated.split(",")));
    }

    /**
     * Reads a list as a configuration has it.
     *
     * @param words one name each; white space around a name does not count
     * @return the tasks
     * @throws EvaluationException if a name is not known or not available, for all such names at once, or if there is
     *     none
     */
    public static TaskList parse(List<String> words) {
        Set<String> names = new LinkedHashSet<>();
        List<String> errors = new ArrayList<>();
        for (String word : words) {
            String name = word.strip();
            if (name.equals("sts")) {
                names.addAll(STS);
            } else if (name.equals("dev")) {
                names.add(DEV);
            } else if (KNOWN.contains(name) || isFile(name)) {
                names.add(name);
            } else if (TRANSFER.contains(name)) {
                errors.add("task " + name + ": transfer tasks (" + String.join(" ", TRANSFER.subList(1, 8))
                    + ") are not available in this version");
            } else if (!name.isEmpty()) {
                errors.add("unknown task " + name + suggestion(name));
            }
        }
        if (names.isEmpty() && errors.isEmpty()) {
            errors.add("no evaluation task is named");
        }
        if (!errors.isEmpty()) {
            throw new EvaluationException(String.join("\n", errors) + "\ntasks are: " + String.join(", ", KNOWN)
                + ", or a file FILE.tsv (columns sentence1, sentence2, score)");
        }
        return new TaskList(names);
    }

    /**
     * The tasks by their full names, files as they were given.
     *
     * @return at least one
     */
    public List<String> names() {
        return names;
    }

    /**
     * Whether one of the tasks comes from a SentEval folder.
     *
     * @return false if all are files of one's own
     */
    public boolean needsSentEval() {
        return names.stream().anyMatch(name -> !isFile(name));
    }

    /**
     * Reads the tasks. A file's task is named as the file without its ending, or, where that name is taken, as the file
     * was given.
     *
     * @param sentEval the SentEval folder, the one that holds {@code downstream} or {@code downstream} itself; nothing
     *     if the user named none
     * @param files finds a file by the name the user gave
     * @return the tasks in the order of {@link #names()}
     * @throws EvaluationException if the SentEval folder or a file is not there, for all of them at once
     */
    public List<StsTask> read(Optional<Path> sentEval, Function<String, Path> files) {
        List<String> errors = new ArrayList<>();
        if (needsSentEval()) {
            sentEvalError(sentEval).ifPresent(errors::add);
        }
        for (String name : names) {
            if (isFile(name)) {
                Path file = files.apply(name);
                if (!Files.isRegularFile(file)) {
                    errors.add("task " + name + ": there is no file " + file.toAbsolutePath().normalize());
                }
            }
        }
        if (!errors.isEmpty()) {
            throw new EvaluationException(String.join("\n", errors));
        }
        Set<String> taken = new HashSet<>(KNOWN);
        List<StsTask> tasks = new ArrayList<>();
        for (String name : names) {
            if (isFile(name)) {
                StsTask task = StsReader.readFile(files.apply(name));
                tasks.add(taken.add(task.name()) ? task : new StsTask(name, task.pairs()));
            } else {
                tasks.add(StsReader.read(name, sentEval.orElseThrow()));
            }
        }
        return tasks;
    }

    private Optional<String> sentEvalError(Optional<Path> sentEval) {
        String wanted = String.join(", ", names.stream().filter(name -> !isFile(name)).toList());
        String way = "give the SentEval folder with --data DIR (evaluation.data in a configuration): the folder that"
            + " holds downstream/STS and downstream/SICK, or downstream itself";
        if (sentEval.isEmpty()) {
            return Optional.of("the data of " + wanted + " are not part of oneword; " + way);
        }
        Path folder = sentEval.get();
        boolean holds = Stream.of("downstream", "STS", "SICK").map(folder::resolve).anyMatch(Files::isDirectory);
        if (holds) {
            return Optional.empty();
        }
        String found = Files.isDirectory(folder) ? "holds neither downstream nor STS" : "is not a folder";
        return Optional.of(folder.toAbsolutePath().normalize() + " " + found + ", so " + wanted
            + " cannot be read; " + way);
    }

    private static boolean isFile(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".tsv");
    }

    private static String suggestion(String name) {
        Optional<String> meant = Optional.ofNullable(OTHER_NAMES.get(name.toLowerCase(Locale.ROOT)))
            .or(() -> Suggestion.nearest(name, KNOWN));
        if (meant.isPresent()) {
            return ": did you mean " + meant.get() + "?";
        }
        return name.contains("/") || name.contains(".") ? ": a file of graded pairs must end in .tsv" : "";
    }
}
