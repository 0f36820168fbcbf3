package oneword.trainer.evaluation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import oneword.data.sts.StsProtocol;
import oneword.data.sts.StsReader;
import oneword.data.sts.StsTask;
import oneword.data.transfer.TransferReader;
import oneword.trainer.config.Suggestion;

/**
 * The tasks a user asked for. Names are {@code sts} (the seven STS test sets), {@code dev} (the STS benchmark's dev
 * set), {@code STS12} … {@code STS16}, {@code STSBenchmark}, {@code SICK-R}, {@code STSBenchmark-dev},
 * {@code transfer} (the seven transfer tasks), {@code MR} … {@code MRPC}, {@code all} ({@code sts} and
 * {@code transfer}), or a file {@code FILE.tsv} of one's own graded pairs. A task named twice is there once.
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

    /** The seven transfer tasks whose average papers print, in their order. */
    public static final List<String> TRANSFER = TransferReader.TASKS;

    private static final Map<String, List<String>> GROUPS = Map.of("sts", STS, "dev", List.of(DEV), "transfer",
        TRANSFER, "all", Stream.concat(STS.stream(), TRANSFER.stream()).toList());
    private static final List<String> KNOWN = Stream.of(List.of("sts", "dev", "transfer", "all"), StsReader.names(),
        TRANSFER).flatMap(List::stream).toList();
    private static final Map<String, String> OTHER_NAMES = Map.of("sts-b", STS_BENCHMARK, "stsb", STS_BENCHMARK,
        "sick", "SICK-R", "sts-b-dev", DEV, "stsb-dev", DEV, "sst-2", "SST2");

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
            if (GROUPS.containsKey(name)) {
                names.addAll(GROUPS.get(name));
            } else if (KNOWN.contains(name) || isFile(name)) {
                names.add(name);
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
     * @param sentEval the SentEval folder, the one that holds {@code downstream} or {@code downstream} itself, for
     *     {@link StsProtocol#MTEB} the one that holds {@code raw} or that itself; nothing if the user named none
     * @param protocol the form of the STS sets; transfer tasks and files of one's own have but one
     * @param files finds a file by the name the user gave
     * @return the tasks in the order of {@link #names()}
     * @throws EvaluationException if the SentEval folder or a file is not there, for all of them at once
     */
    public List<Task> read(Optional<Path> sentEval, StsProtocol protocol, Function<String, Path> files) {
        List<String> errors = new ArrayList<>();
        if (needsSentEval()) {
            sentEvalError(sentEval, protocol).ifPresent(errors::add);
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
        List<Task> tasks = new ArrayList<>();
        for (String name : names) {
            if (isFile(name)) {
                StsTask task = StsReader.readFile(files.apply(name));
                tasks.add(new Task.Sts(taken.add(task.name()) ? task : new StsTask(name, task.pairs())));
            } else if (TRANSFER.contains(name)) {
                tasks.add(new Task.Transfer(TransferReader.read(name, sentEval.orElseThrow())));
            } else {
                tasks.add(new Task.Sts(StsReader.read(name, sentEval.orElseThrow(), protocol)));
            }
        }
        return tasks;
    }

    /**
     * The sentences of tasks.
     *
     * @param tasks as {@link #read} gives them
     * @return the sentences of each by its name, in the order of the tasks
     */
    public static Map<String, List<String>> sentences(List<Task> tasks) {
        Map<String, List<String>> sentences = new LinkedHashMap<>();
        tasks.forEach(task -> sentences.put(task.name(), task.sentences().toList()));
        return sentences;
    }

    private Optional<String> sentEvalError(Optional<Path> sentEval, StsProtocol protocol) {
        String wanted = String.join(", ", names.stream().filter(name -> !isFile(name)).toList());
        String way = "give the SentEval folder with --data DIR (evaluation.data in a configuration): the folder that"
            + " holds downstream/STS and downstream/SICK, or downstream itself"
            + (protocol == StsProtocol.MTEB ? "; for --protocol mteb the folder that holds raw/STS12-en-test, or raw"
            + " itself" : "") + "; `oneword data download " + downloads() + "` fetches it";
        if (sentEval.isEmpty()) {
            return Optional.of("the data of " + wanted + " are not part of oneword; " + way);
        }
        Path folder = sentEval.get();
        boolean holds = Stream.concat(Stream.of("downstream", "STS", "SICK", "SST"), TRANSFER.stream())
            .map(folder::resolve).anyMatch(Files::isDirectory);
        if (holds || protocol == StsProtocol.MTEB && Files.isDirectory(folder)) {
            return Optional.empty();
        }
        String found = Files.isDirectory(folder) ? "holds neither downstream nor STS" : "is not a folder";
        return Optional.of(folder.toAbsolutePath().normalize() + " " + found + ", so " + wanted
            + " cannot be read; " + way);
    }

    private String downloads() {
        return names.stream().allMatch(name -> isFile(name) || TRANSFER.contains(name)) ? "transfer" : "sts";
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
