package oneword.data.sts;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import oneword.data.DataException;
import oneword.data.text.Lines;

/**
 * Reads similarity tasks from a SentEval folder, from the sets as published and from files of one's own. Sentences are
 * given as the files have them. In a SentEval folder, below {@code downstream/}:
 * <ul>
 * <li>{@code STS/STSyy-en-test/STS.input.X.txt}: two sentences split by a tab, further columns passed over;
 *     {@code STS.gs.X.txt}: the score of the same line, blank where the pair was not scored and is to be left out. The
 *     sub-sets of a year are joined in alphabetical order;
 * <li>{@code STS/STSBenchmark/sts-{train,dev,test}.csv}: tab columns without quoting; score in column 4, sentences in 5
 *     and 6, counted from 0; further columns passed over;
 * <li>{@code SICK/SICK_test_annotated.txt}: a header; sentences in columns 1 and 2, score in 3.
 * </ul>
 * The sets as published ({@link StsProtocol#MTEB}) lie the same way, {@code STSyy-en-test} and {@code STSBenchmark} in
 * a folder {@code raw/} beside {@code downstream/}, or in the folder that is named itself. SICK-R is then the three
 * files {@code SICK_train.txt}, {@code SICK_trial.txt} and {@code SICK_test_annotated.txt} joined, looked for in
 * {@code raw/SICK} and, since SICK is published cased and without marks to split off, in the SentEval folder beside.
 */
public final class StsReader {

    /** The seven tasks of the published tables, in their order. */
    public static final List<String> STS =
        List.of("STS12", "STS13", "STS14", "STS15", "STS16", "STSBenchmark", "SICK-R");

    private static final Map<String, List<String>> SUBSETS = Map.of(
        "STS12", List.of("MSRpar", "MSRvid", "SMTeuroparl", "surprise.OnWN", "surprise.SMTnews"),
        "STS13", List.of("FNWN", "headlines", "OnWN"),
        "STS14", List.of("deft-forum", "deft-news", "headlines", "images", "OnWN", "tweet-news"),
        "STS15", List.of("answers-forums", "answers-students", "belief", "headlines", "images"),
        "STS16", List.of("answer-answer", "headlines", "plagiarism", "postediting", "question-question"));

    private static final String RAW_WAY = "Give the folder that holds raw/ with the sets as published, cased, or that "
        + "folder itself (--data, or evaluation.data in the config); `oneword data download sts` fetches them.";

    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d++\\.?\\d*+|\\.\\d++)([eE][-+]?\\d{1,2})?");

    private static final Map<String, String> BENCHMARK = benchmark();

    private static final List<String> SICK = List.of("SICK_train.txt", "SICK_trial.txt", "SICK_test_annotated.txt");

    private StsReader() {
    }

    private static Map<String, String> benchmark() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("STSBenchmark", "sts-test.csv");
        files.put("STSBenchmark-dev", "sts-dev.csv");
        files.put("STSBenchmark-train", "sts-train.csv");
        return files;
    }

    /**
     * The names that {@link #read} knows.
     *
     * @return the seven of {@link #STS}, then STSBenchmark-dev and STSBenchmark-train
     */
    public static List<String> names() {
        return Stream.concat(STS.stream(), BENCHMARK.keySet().stream()).distinct().toList();
    }

    /**
     * Reads a task from a SentEval folder.
     *
     * @param name one of {@link #names()}
     * @param data the folder that holds {@code downstream/}, or {@code downstream} itself
     * @return the task
     * @throws DataException if the name is unknown, a file is missing or not as described
     */
    public static StsTask read(String name, Path data) {
        return read(name, data, StsProtocol.SENTEVAL);
    }

    /**
     * Reads a task in one of its forms.
     *
     * @param name one of {@link #names()}
     * @param data for SentEval's form the folder that holds {@code downstream/}, or {@code downstream} itself; for
     *     MTEB's the one that holds {@code raw/}, or that folder itself
     * @param protocol the form
     * @return the task
     * @throws DataException if the name is unknown, a file is missing or not as described
     */
    public static StsTask read(String name, Path data, StsProtocol protocol) {
        if (!names().contains(name)) {
            throw new DataException("Unknown task '" + name + "'. Known: " + String.join(", ", names())
                + "; or the path of a .tsv file with sentence1, sentence2 and score.");
        }
        boolean raw = protocol == StsProtocol.MTEB;
        List<GradedPair> pairs = new ArrayList<>();
        List<Path> files = files(name, data, protocol);
        if (SUBSETS.containsKey(name)) {
            for (int i = 0; i < files.size(); i += 2) {
                readSubset(files.get(i), files.get(i + 1), pairs);
            }
            refuseLowerCase(raw, files.get(0).getParent(), pairs);
        } else if (BENCHMARK.containsKey(name)) {
            readColumns(files.get(0), 5, 6, 4, false, pairs);
            refuseLowerCase(raw, files.get(0).getParent(), pairs);
        } else {
            files.forEach(file -> readColumns(file, 1, 2, 3, true, pairs));
        }
        return new StsTask(name, List.copyOf(pairs));
    }

    /**
     * The files that a task is read from.
     *
     * @param name one of {@link #names()}
     * @param data as in {@link #read(String, Path, StsProtocol)}
     * @param protocol the form
     * @return the files in the order of reading, whether they are there or not
     * @throws DataException if there is no such folder
     */
    public static List<Path> files(String name, Path data, StsProtocol protocol) {
        boolean raw = protocol == StsProtocol.MTEB;
        if (SUBSETS.containsKey(name)) {
            Path folder = (raw ? raw(data) : downstream(data, "STS")).resolve(name + "-en-test");
            return SUBSETS.get(name).stream().flatMap(subset -> Stream.of("input", "gs")
                .map(part -> folder.resolve("STS." + part + "." + subset + ".txt"))).toList();
        }
        if (BENCHMARK.containsKey(name)) {
            Path folder = (raw ? raw(data) : downstream(data, "STS")).resolve("STSBenchmark");
            return List.of(folder.resolve(BENCHMARK.get(name)));
        }
        Path folder = raw ? rawSick(data) : downstream(data, "SICK");
        return (raw ? SICK : SICK.subList(2, 3)).stream().map(folder::resolve).toList();
    }

    /**
     * Reads a file of one's own: a line holds {@code sentence1<TAB>sentence2<TAB>score}, without quoting. A first line
     * whose third column has no digit is a header. Empty lines are passed over.
     *
     * @param file the file
     * @return the task, named as the file without its ending
     * @throws DataException if the file cannot be read or has no pairs, or if a line is not as described
     */
    public static StsTask readFile(Path file) {
        List<GradedPair> pairs = new ArrayList<>();
        try (Lines lines = new Lines(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (line.isEmpty()) {
                    continue;
                }
                String[] cells = line.split("\t", -1);
                if (cells.length != 3) {
                    throw DataException.at(file, lines.number(), "expected three columns split by tabs (sentence1, "
                        + "sentence2, score), found " + cells.length + ".");
                }
                if (lines.number() == 1 && cells[2].chars().noneMatch(Character::isDigit)) {
                    continue;
                }
                for (int i = 0; i < 2; i++) {
                    if (cells[i].isBlank()) {
                        throw DataException.at(file, lines.number(), "sentence" + (i + 1)
                            + " is empty. Fill it in or remove the line.");
                    }
                }
                pairs.add(new GradedPair(cells[0], cells[1], score(file, lines.number(), cells[2])));
            }
        }
        if (pairs.isEmpty()) {
            throw new DataException(file + " has no graded pairs; lines of sentence1<TAB>sentence2<TAB>score are "
                + "expected.");
        }
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return new StsTask(dot > 0 ? name.substring(0, dot) : name, List.copyOf(pairs));
    }

    private static Path downstream(Path data, String task) {
        List<Path> places = List.of(data.resolve("downstream").resolve(task), data.resolve(task));
        for (Path place : places) {
            if (Files.isDirectory(place)) {
                return place;
            }
        }
        throw new DataException("No SentEval data at " + data + ": neither " + places.get(0) + " nor " + places.get(1)
            + " is a folder. Give the folder that holds downstream/ (--data, or evaluation.data in the config).");
    }

    /** The folder that holds the sets as published. */
    private static Path raw(Path data) {
        List<Path> places = List.of(data.resolve("raw"), data.resolve("sts-raw"), data);
        for (Path place : places) {
            boolean holds = Stream.concat(SUBSETS.keySet().stream().map(year -> year + "-en-test"),
                Stream.of("STSBenchmark")).map(place::resolve).anyMatch(Files::isDirectory);
            if (holds) {
                return place;
            }
        }
        throw new DataException("No STS sets as published at " + data + ": neither " + places.get(0) + " nor " + data
            + " holds STS12-en-test … STS16-en-test or STSBenchmark. " + RAW_WAY);
    }

    private static Path rawSick(Path data) {
        Path raw = raw(data);
        Path beside = raw.toAbsolutePath().normalize().getParent();
        List<Path> places = new ArrayList<>(List.of(raw.resolve("SICK")));
        for (String place : List.of("downstream/SICK", "SICK", "senteval/downstream/SICK")) {
            places.add(beside == null ? raw.resolve(place) : beside.resolve(place));
        }
        return places.stream().filter(Files::isDirectory).findFirst().orElseThrow(() -> new DataException(
            "No SICK folder for SICK-R: none of " + places + " is there. Put " + String.join(", ", SICK) + " into "
                + places.get(0) + "."));
    }

    private static void refuseLowerCase(boolean raw, Path folder, List<GradedPair> pairs) {
        if (raw && pairs.stream().allMatch(pair -> isLower(pair.sentence1()) && isLower(pair.sentence2()))) {
            throw new DataException(
                folder + " holds SentEval's lower-cased form, not the set as published. " + RAW_WAY);
        }
    }

    private static boolean isLower(String text) {
        return text.chars().noneMatch(Character::isUpperCase);
    }

    private static void readSubset(Path input, Path gold, List<GradedPair> pairs) {
        List<String> sentences = all(input);
        List<String> scores = all(gold);
        if (sentences.size() != scores.size()) {
            throw new DataException(input + " has " + sentences.size() + " lines, " + gold + " has " + scores.size()
                + "; they belong together line by line. Fetch both anew.");
        }
        for (int i = 0; i < scores.size(); i++) {
            if (!scores.get(i).isBlank()) {
                String[] cells = cells(input, i + 1, sentences.get(i), 2);
                pairs.add(new GradedPair(cells[0], cells[1], score(gold, i + 1, scores.get(i))));
            }
        }
    }

    private static void readColumns(Path file, int first, int second, int score, boolean header,
            List<GradedPair> pairs) {
        List<String> lines = all(file);
        int needed = Math.max(score, Math.max(first, second)) + 1;
        for (int i = header ? 1 : 0; i < lines.size(); i++) {
            String[] cells = cells(file, i + 1, lines.get(i), needed);
            if (!cells[score].isBlank()) {
                pairs.add(new GradedPair(cells[first], cells[second], score(file, i + 1, cells[score])));
            }
        }
    }

    private static String[] cells(Path file, long line, String text, int needed) {
        String[] cells = text.split("\t", -1);
        if (cells.length < needed) {
            throw DataException.at(file, line, "expected at least " + needed + " columns split by tabs, found "
                + cells.length + ": " + Arrays.toString(cells) + ".");
        }
        return cells;
    }

    private static List<String> all(Path file) {
        List<String> all = new ArrayList<>();
        try (Lines lines = new Lines(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                all.add(line);
            }
        }
        if (all.isEmpty()) {
            throw new DataException(file + " is empty; fetch it anew.");
        }
        return all;
    }

    private static double score(Path file, long line, String text) {
        String number = text.strip();
        if (!NUMBER.matcher(number).matches()) {
            throw DataException.at(file, line, "the score '" + text + "' is not a number.");
        }
        return Double.parseDouble(number);
    }
}
