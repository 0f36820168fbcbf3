package oneword.data.prompt;

import oneword.data.DataException;
import oneword.data.text.WhiteSpace;

/**
 * A prompt with one place for a sentence (PromptEOL, arXiv 2307.16645). The sentence is put in as it stands:
 * underscores, braces and quotes in it survive.
 *
 * <pre>{@code
 * PromptTemplate.DEFAULT.render("A man is smoking.")
 *     // This sentence : "A man is smoking." means in one word:"
 * }</pre>
 *
 * @param template the prompt, holding {@code {sentence}} exactly once
 */
public record PromptTemplate(String template) {

    /** What stands for the sentence in a template. */
    public static final String PLACEHOLDER = "{sentence}";

    /** PromptEOL's prompt: {@code This sentence : "{sentence}" means in one word:"}. */
    public static final PromptTemplate DEFAULT =
        new PromptTemplate("This sentence : \"{sentence}\" means in one word:\"");

    /**
     * Checks the template.
     *
     * @throws DataException if it does not hold the placeholder exactly once
     */
    public PromptTemplate {
        int first = template.indexOf(PLACEHOLDER);
        if (first < 0) {
            throw new DataException("prompt.template holds no " + PLACEHOLDER + ": " + template
                + " . Put " + PLACEHOLDER + " where the sentence goes.");
        }
        if (template.indexOf(PLACEHOLDER, first + PLACEHOLDER.length()) >= 0) {
            throw new DataException("prompt.template holds " + PLACEHOLDER + " more than once: " + template
                + " . Exactly one is allowed.");
        }
    }

    /**
     * What stands before the sentence.
     *
     * @return the text before the placeholder
     */
    public String prefix() {
        return template.substring(0, template.indexOf(PLACEHOLDER));
    }

    /**
     * What stands after the sentence.
     *
     * @return the text after the placeholder
     */
    public String suffix() {
        return template.substring(template.indexOf(PLACEHOLDER) + PLACEHOLDER.length());
    }

    /**
     * Puts a sentence into the prompt.
     *
     * @param sentence any text
     * @return the whole prompt
     */
    public String render(String sentence) {
        return prefix() + sentence + suffix();
    }

    /**
     * The same prompt with one demonstration before it (in-context learning of the paper): the demonstration's
     * prompt, its word, the closing quote if the prompt ends in an open one, a full stop, and this prompt right
     * after it with no space.
     *
     * @param sentence the demonstration's sentence
     * @param word the word that sums it up
     * @return a new template
     * @throws DataException if the sentence or word is blank or holds the placeholder
     */
    public PromptTemplate withDemonstration(String sentence, String word) {
        for (String part : new String[] {sentence, word}) {
            if (part.isBlank() || part.contains(PLACEHOLDER)) {
                throw new DataException("A demonstration needs a sentence and a word, neither of them empty or with "
                    + PLACEHOLDER + " in it; found '" + sentence + "' and '" + word + "'.");
            }
        }
        String end = template.endsWith("\"") ? "\"." : ".";
        return new PromptTemplate(render(sentence) + word + end + template);
    }

    /**
     * The text of a sentence as the paper's evaluation has it, in this order: white space collapsed as Python's
     * {@code ' '.join(s.split())} does; a full stop appended unless the last character is one of {@code .?"'}; each
     * double quote made a single one; a question mark at the end made a full stop. An empty sentence stays empty.
     *
     * @param sentence any text
     * @return the text to put into the prompt
     */
    public static String evaluationText(String sentence) {
        String text = WhiteSpace.collapse(sentence);
        if (text.isEmpty()) {
            return text;
        }
        if (".?\"'".indexOf(text.charAt(text.length() - 1)) < 0) {
            text += ".";
        }
        text = text.replace('"', '\'');
        if (text.endsWith("?")) {
            text = text.substring(0, text.length() - 1) + ".";
        }
        return text;
    }
}
