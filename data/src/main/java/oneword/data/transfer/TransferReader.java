package oneword.data.transfer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import oneword.data.DataException;
import oneword.data.text.Latin1;
import oneword.data.text.Lines;
import oneword.data.text.WhiteSpace;

/**
 * Reads SentEval's transfer tasks as SentEval reads them. Below {@code downstream/}:
 * <ul>
 * <li>MR ({@code rt-polarity.pos, .neg}), CR ({@code custrev.pos, .neg}), SUBJ ({@code subj.objective, .subjective})
 *     and MPQA ({@code mpqa.pos, .neg}): ISO 8859-1, a sentence a line, one file a class, the first one class 1; an
 *     empty line is an empty sentence;
 * <li>{@code SST/binary/sentiment-{train,dev,test}}: UTF-8, {@code sentence<TAB>0|1};
 * <li>{@code TREC/train_5500.label} and {@code TREC_10.label}: ISO 8859-1, {@code CLASS:detail question}, with the
 *     classes ABBR, DESC, ENTY, HUM, LOC and NUM;
 * <li>{@code MRPC/msr_paraphrase_{train,test}.txt}: UTF-8, a header, then tab columns without quoting: class 0 or 1,
 *     two ids, two sentences.
 * </ul>
 */
public final class TransferReader {

    /** The seven tasks of the published tables, in their order. */
    public static final List<String> TASKS = List.of("MR", "CR", "SUBJ", "MPQA", "SST2", "TREC", "MRPC");

    private static final Map<String, List<String>> FILES = Map.of(
        "MR", List.of("rt-polarity.pos", "rt-polarity.neg"),
        "CR", List.of("custrev.pos", "custrev.neg"),
        "SUBJ", List.of("subj.objective", "subj.subjective"),
        "MPQA", List.of("mpqa.pos", "mpqa.neg"),
        "SST2", List.of("sentiment-train", "sentiment-dev", "sentiment-test"),
        "TREC", List.of("train_5500.label", "TREC_10.label"),
        "MRPC", List.of("msr_paraphrase_train.txt", "msr_paraphrase_test.txt"));

    private static final List<String> QUESTIONS = List.of("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM");
    private static final int MRPC_COLUMNS = 5;

    private TransferReader() {
    }

    /**
     * Reads a task.
     *
     * @param name one of {@link #TASKS}
     * @param data the folder that holds {@code downstream/}, or {@code downstream} itself
     * @return the task
     * @throws DataException if the name is unknown, a file is missing, empty or not as described
     */
    public static TransferTask read(String name, Path data) {
        List<Path> files = files(name, data);
        return switch (name) {
            case "SST2" -> new TransferTask(
                name, 2, sentiment(files.get(0)), sentiment(files.get(1)), sentiment(files.get(2)));
            case "TREC" -> new TransferTask(
                name, QUESTIONS.size(), questions(files.get(0)), List.of(), questions(files.get(1)));
            case "MRPC" -> new TransferTask(
                name, 2, paraphrases(files.get(0)), List.of(), paraphrases(files.get(1)));
            default -> binary(name, files);
        };
    }

    /**
     * The files that a task is read from.
     *
     * @param name one of {@link #TASKS}
     * @param data as in {@link #read}
     * @return the files in the order of reading, whether they are there or not
     * @throws DataException if the name is unknown or there is no such folder
     */
    public static List<Path> files(String name, Path data) {
        List<String> names = FILES.get(name);
        if (names == null) {
            throw new DataException("Unknown transfer task '" + name + "'. Known: " + String.join(", ", TASKS) + ".");
        }
        Path folder = name.equals("SST2") ? folder(data, "SST").resolve("binary") : folder(data, name);
        return names.stream().map(folder::resolve).toList();
    }

    private static Path folder(Path data, String task) {
        List<Path> places = List.of(data.resolve("downstream").resolve(task), data.resolve(task));
        return places.stream().filter(Files::isDirectory).findFirst().orElseThrow(() -> new DataException(
            "No data of " + task + " at " + data + ": neither " + places.get(0) + " nor " + places.get(1)
                + " is a folder. Give the SentEval folder that holds downstream/ (--data, or evaluation.data in the"
                + " config); `oneword data download transfer` fetches it."));
    }

    private static TransferTask binary(String name, List<Path> files) {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Path file = files.get(i);
            for (String line : notEmpty(file, Latin1.splitLines(file))) {
                examples.add(new Example(List.of(line), 1 - i));
            }
        }
        return new TransferTask(name, 2, ordered(examples), List.of(), List.of());
    }

    private static List<Example> sentiment(Path file) {
        List<Example> examples = new ArrayList<>();
        try (Lines lines = new Lines(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                String[] cells = line.strip().split("\t", -1);
                if (cells.length != 2) {
                    throw DataException.at(file, lines.number(), "expected sentence<TAB>0|1, found " + cells.length
                        + " columns.");
                }
                examples.add(new Example(List.of(cells[0]), binaryLabel(file, lines.number(), cells[1])));
            }
        }
        return ordered(notEmpty(file, examples));
    }

    private static List<Example> questions(Path file) {
        List<Example> examples = new ArrayList<>();
        List<String> lines = notEmpty(file, Latin1.lines(file));
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            int colon = line.indexOf(':');
            int space = line.indexOf(' ', colon + 1);
            int label = QUESTIONS.indexOf(line.substring(0, Math.max(0, colon)));
            if (label < 0 || space < 0) {
                throw DataException.at(file, i + 1, "expected CLASS:detail and a question, CLASS being one of "
                    + String.join(", ", QUESTIONS) + "; found '" + excerpt(line) + "'.");
            }
            examples.add(new Example(List.of(line.substring(space + 1)), label));
        }
        return ordered(examples);
    }

    private static List<Example> paraphrases(Path file) {
        List<Example> examples = new ArrayList<>();
        try (Lines lines = new Lines(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                String[] cells = line.split("\t", -1);
                if (cells.length != MRPC_COLUMNS) {
                    throw DataException.at(file, lines.number(), "expected 5 columns split by tabs (class, two ids, two"
                        + " sentences), found " + cells.length + ".");
                }
                if (lines.number() == 1) {
                    if (!cells[0].equals("Quality")) {
                        throw DataException.at(file, 1, "expected the header 'Quality, #1 ID, …', found '"
                            + excerpt(line) + "'.");
                    }
                    continue;
                }
                examples.add(new Example(List.of(cells[3], cells[4]), binaryLabel(file, lines.number(), cells[0])));
            }
        }
        return ordered(notEmpty(file, examples));
    }

    private static int binaryLabel(Path file, long line, String text) {
        return switch (text.strip()) {
            case "0" -> 0;
            case "1" -> 1;
            default -> throw DataException.at(file, line, "the class must be 0 or 1, found '" + excerpt(text) + "'.");
        };
    }

    private static <T> List<T> notEmpty(Path file, List<T> read) {
        if (read.isEmpty()) {
            throw new DataException(file + " has no examples; fetch it anew.");
        }
        return read;
    }

    private static String excerpt(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    private static List<Example> ordered(List<Example> examples) {
        List<Example> ordered = new ArrayList<>(examples);
        ordered.sort(Comparator.<Example>comparingInt(example -> WhiteSpace.words(example.sentences().get(0)))
            .thenComparingInt(example -> WhiteSpace.words(example.sentences().get(example.sentences().size() - 1)))
            .thenComparingInt(Example::label));
        return ordered;
    }
}
