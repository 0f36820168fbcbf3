package oneword.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import oneword.data.prompt.PromptTemplate;
import oneword.data.token.SentenceEncoder;
import oneword.data.token.Tokenizer;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A plain sentence through the exported tokenizer has the ids that the encoder gives with the prompt. */
class PromptTokenizerTest {

    private static final String[] PIECES = {
        "a", "b", " ", "  ", "\"", "'", "?", ".", "!", "\n", "\t", "\u00a0", "\u001c", "\u0085", "\u2009", "\u200b",
        "\u3000", "é", "e\u0301", "日本", "😀", "👨‍👩‍👧", "ﬁ", "A man", " is", "...",
        "[sentence]", "[sentence] ", "{sentence}", "$1",
        "\\", "\\A", "(", "_", "\r\n", "\0", "1999", ",", "</s", "\ufeff"};

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        "This sentence : \"{sentence}\" means in one word:\"",
        "{sentence}",
        "{sentence} in one word:",
        "Summary of ({sentence}",
        " a$1\\1 (.*)[\n\t{sentence}?  ",
        "\\E\\Q^{sentence}$\\z\"",
        "日本語 \"😀{sentence}😀",
        "This sentence : \"A jockey.\" means in one word:\"Equestrian\".This sentence : \"{sentence}\" means in one "
            + "word:\""})
    void idsAreThoseOfTheEncoder(String template) throws IOException {
        ExportSource source = source(MiniCheckpoint.BASE, template);
        new PromptTokenizer(source, 512, 1).write(folder);

        try (Tokenizer plain = Tokenizer.load(MiniCheckpoint.BASE); Tokenizer prompted = Tokenizer.load(folder)) {
            SentenceEncoder encoder = new SentenceEncoder(source.prompt(), plain, 32, 512);
            for (String sentence : sentences()) {
                int[] expected = encoder.evaluation(sentence);
                assertThat(prompted.encode(PromptTokenizer.MARK + sentence)).as("'%s'", sentence).isEqualTo(expected);
                if (!sentence.startsWith("[") && !PromptTemplate.evaluationText(sentence).isEmpty()) {
                    assertThat(prompted.encode(sentence)).as("'%s' without the mark", sentence).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void theIdsOfThePublishedPromptAreKnown() throws IOException {
        new PromptTokenizer(source(MiniCheckpoint.BASE, PromptTemplate.DEFAULT.template()), 512, 1).write(folder);

        try (Tokenizer plain = Tokenizer.load(MiniCheckpoint.BASE); Tokenizer prompted = Tokenizer.load(folder)) {
            assertThat(prompted.encode(" Is  it \"late\"?"))
                .isEqualTo(plain.encode("This sentence : \"Is it 'late'.\" means in one word:\""));
        }
    }

    @Test
    void aBaseThatShipsVocabularyAndMergesGetsATokenizerFile() throws IOException {
        Path base = Files.createDirectories(folder.resolve("base"));
        for (String name : List.of("config.json", "vocab.json", "merges.txt")) {
            Files.copy(MiniCheckpoint.BASE.resolve(name), base.resolve(name));
        }
        Path output = Files.createDirectories(folder.resolve("output"));

        new PromptTokenizer(source(base, PromptTemplate.DEFAULT.template()), 512, 1).write(output);

        try (Tokenizer plain = Tokenizer.load(MiniCheckpoint.BASE); Tokenizer prompted = Tokenizer.load(output)) {
            assertThat(prompted.encode("Late")).isEqualTo(plain.encode(PromptTemplate.DEFAULT.render("Late.")));
        }
    }

    @Test
    void thePublishedVocabularyOfOptGivesThePublishedIds() throws IOException {
        Path files = Path.of(System.getProperty("oneword.root")).resolve("../shared/data/tokenizer/opt");
        Assumptions.assumeTrue(Files.isRegularFile(files.resolve("vocab.json")), "no OPT vocabulary in " + files);
        Path base = Files.createDirectories(folder.resolve("base"));
        try (Stream<Path> names = Files.list(files)) {
            for (Path file : names.filter(Files::isRegularFile).toList()) {
                Files.copy(file, base.resolve(file.getFileName()));
            }
        }
        ExportSource source = source(base, PromptTemplate.DEFAULT.template());
        Path output = Files.createDirectories(folder.resolve("output"));

        new PromptTokenizer(source, 2048, 1).write(output);

        try (Tokenizer plain = Tokenizer.load(base); Tokenizer prompted = Tokenizer.load(output)) {
            SentenceEncoder encoder = new SentenceEncoder(source.prompt(), plain, 32, 2048);
            assertThat(prompted.encode("This")).startsWith(2, 713, 3645, 4832, 22);
            for (String sentence : sentences()) {
                assertThat(prompted.encode(PromptTokenizer.MARK + sentence)).as("'%s'", sentence)
                    .isEqualTo(encoder.evaluation(sentence));
            }
        }
    }

    @Test
    void namesOfSpecialTokensInASentenceAreTextAndGetOnePrompt() throws IOException {
        new PromptTokenizer(source(MiniCheckpoint.BASE, PromptTemplate.DEFAULT.template()), 512, 1).write(folder);

        try (Tokenizer prompted = Tokenizer.load(folder)) {
            int[] ids = prompted.encode("a <s>b</s> c");
            assertThat(prompted.decode(ids)).endsWith(PromptTemplate.DEFAULT.render("a <s>b</s> c."));
            assertThat(ids).startsWith(2).doesNotContain(0).containsOnlyOnce(2);
        }
    }

    @Test
    void theBasesNormaliserRunsAfterThePrompt() throws IOException {
        Path base = changed(tokenizer -> tokenizer.putObject("normalizer").put("type", "Lowercase"));
        Path output = Files.createDirectories(folder.resolve("output"));

        new PromptTokenizer(source(base, "SAY {sentence}:"), 512, 1).write(output);

        try (Tokenizer plain = Tokenizer.load(MiniCheckpoint.BASE); Tokenizer prompted = Tokenizer.load(output)) {
            assertThat(prompted.encode("Late")).isEqualTo(plain.encode("say late.:"));
        }
    }

    @Test
    void aTemplateWithASpecialTokenIsRefused() {
        ExportSource source = source(MiniCheckpoint.BASE, "{sentence} </s>");

        assertThatThrownBy(() -> new PromptTokenizer(source, 512, 1).write(folder)).isInstanceOf(TrainerException.class)
            .hasMessageContainingAll("prompt.template", "</s>", "export as merged or peft");
    }

    @Test
    void aBaseWithAddedTokensThatAreNotSpecialIsRefused() throws IOException {
        Path base = changed(tokenizer -> ((ArrayNode) tokenizer.get("added_tokens")).addObject()
            .put("id", 8192).put("content", "<new>").put("special", false).put("normalized", false)
            .put("single_word", false).put("lstrip", false).put("rstrip", false));

        assertThatThrownBy(() -> new PromptTokenizer(source(base, "{sentence}"), 512, 1).write(folder))
            .isInstanceOf(TrainerException.class).hasMessageContainingAll("<new>", "export as merged or peft");
    }

    private interface Change {

        void apply(ObjectNode tokenizer);
    }

    private Path changed(Change change) throws IOException {
        Path base = Files.createDirectories(folder.resolve("base"));
        Files.copy(MiniCheckpoint.BASE.resolve("config.json"), base.resolve("config.json"));
        JsonNode tokenizer = new ObjectMapper().readTree(MiniCheckpoint.BASE.resolve("tokenizer.json").toFile());
        change.apply((ObjectNode) tokenizer);
        Files.write(base.resolve("tokenizer.json"), new ObjectMapper().writeValueAsBytes(tokenizer));
        return base;
    }

    private ExportSource source(Path base, String template) {
        return new ExportSource(folder, base, "some/model", new PromptTemplate(template), 32);
    }

    private static List<String> sentences() {
        List<String> sentences = new ArrayList<>(VectorDrift.SENTENCES);
        Random random = new Random(5);
        int[] lengths = {1, 1, 2, 3, 5, 12};
        for (int i = 0; i < 600; i++) {
            StringBuilder sentence = new StringBuilder();
            for (int n = lengths[random.nextInt(lengths.length)]; n > 0; n--) {
                sentence.append(PIECES[random.nextInt(PIECES.length)]);
            }
            sentences.add(sentence.toString());
        }
        return sentences;
    }
}
