package oneword.trainer.demonstration;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import oneword.data.DataException;
import oneword.data.prompt.PromptTemplate;
import oneword.data.text.Lines;

/**
 * Reads candidates, one a line in any of three forms; empty lines are passed over, repeated candidates count once.
 *
 * <ul>
 * <li>the authors' own (kongds/scaling_sentemb), where an underscore stands for a space:
 *     {@code This_sentence_:_"A_man_is_smoking."_means_in_one_word:"Smoking".This_sentence_:_"*sent_0*"_means…};
 *     sentence and word alone are taken, the prompt around them is the model's
 * <li>{@code sentence<TAB>word}
 * <li>{@code sentence|word}, cut at the last bar
 * </ul>
 */
public final class CandidateReader {

    private static final String PUBLISHED_MARK = "*sent_0*";
    private static final String START = "This_sentence_:_\"";
    private static final String MIDDLE = "\"_means_in_one_word:\"";
    private static final String END = "\"." + START + PUBLISHED_MARK + MIDDLE;

    private CandidateReader() {}

    /**
     * Reads a file.
     *
     * @param file UTF-8 text
     * @return at least one candidate, in the file's order, each once
     * @throws DataException if the file cannot be read, a line has none of the forms, or there is no candidate
     */
    public static List<Demonstration> read(Path file) {
        Set<Demonstration> candidates = new LinkedHashSet<>();
        try (Lines lines = new Lines(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isBlank()) {
                    candidates.add(parse(file, lines.number(), line));
                }
            }
        }
        if (candidates.isEmpty()) {
            throw new DataException(file + " holds no candidate. " + forms());
        }
        return List.copyOf(candidates);
    }

    private static Demonstration parse(Path file, long number, String line) {
        if (line.contains(PUBLISHED_MARK)) {
            String text = line.strip();
            int end = text.length() - END.length();
            int middle = text.lastIndexOf(MIDDLE, end - MIDDLE.length());
            if (!text.startsWith(START) || !text.endsWith(END) || middle < START.length()) {
                throw DataException.at(file, number, "not a PromptEOL demonstration in its authors' form: " + line
                    + ". " + forms());
            }
            return checked(file, number, line, text.substring(START.length(), middle).replace('_', ' '),
                text.substring(middle + MIDDLE.length(), end).replace('_', ' '));
        }
        int cut = line.indexOf('\t') >= 0 ? line.lastIndexOf('\t') : line.lastIndexOf('|');
        if (cut < 0) {
            throw DataException.at(file, number, "neither a tab nor a bar splits sentence and word: " + line + ". "
                + forms());
        }
        return checked(file, number, line, line.substring(0, cut).strip(), line.substring(cut + 1).strip());
    }

    private static Demonstration checked(Path file, long number, String line, String sentence, String word) {
        for (String part : List.of(sentence, word)) {
            if (part.isBlank() || part.contains(PromptTemplate.PLACEHOLDER)) {
                throw DataException.at(file, number, "sentence and word must not be empty, nor hold "
                    + PromptTemplate.PLACEHOLDER + ": " + line);
            }
        }
        return new Demonstration(sentence, word);
    }

    private static String forms() {
        return "Expected one a line: sentence|word, sentence<TAB>word, or the published form "
            + "This_sentence_:_\"…\"_means_in_one_word:\"…\".This_sentence_:_\"*sent_0*\"_means_in_one_word:\"";
    }
}
