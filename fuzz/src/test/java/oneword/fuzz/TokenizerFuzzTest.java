package oneword.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import oneword.data.DataException;
import oneword.data.token.Tokenizer;
import oneword.data.token.TokenizerDefinition;

/** Tokenizer files: what Java makes of them, and the native library behind it. */
class TokenizerFuzzTest {

    private static final byte[] LLAMA = """
        {"tokenizer_class": "LlamaTokenizerFast", "legacy": true, "bos_token": "<s>"}""".getBytes(
        StandardCharsets.UTF_8);
    private static final byte[] VOCABULARY = """
        {"<s>": 0, "<pad>": 1, "</s>": 2, "a": 3, "b": 4, "ab": 5}""".getBytes(StandardCharsets.UTF_8);
    private static final byte[] MERGES = "#version: 0.2\na b\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TOKENIZER = """
        {"added_tokens": [{"id": 2, "content": "</s>"}],
         "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "</s>": 2, "ab": 3}, "merges": [["a", "b"]]}}""".getBytes(
        StandardCharsets.UTF_8);

    @FuzzTest
    void asItStands(byte[] content) {
        definition("plain/tokenizer.json", content);
    }

    @FuzzTest
    void asTransformersRebuildsIt(byte[] content) {
        HostileFile.write("llama/tokenizer_config.json", LLAMA);
        definition("llama/tokenizer.json", content);
    }

    @FuzzTest
    void configuration(byte[] content) {
        HostileFile.write("configured/tokenizer.json", TOKENIZER);
        HostileFile.write("configured/special_tokens_map.json", content);
        definition("configured/tokenizer_config.json", content);
    }

    @FuzzTest
    void vocabulary(byte[] content) {
        HostileFile.write("opt/merges.txt", MERGES);
        definition("opt/vocab.json", content);
    }

    @FuzzTest
    void merges(byte[] content) {
        HostileFile.write("merged/vocab.json", VOCABULARY);
        definition("merged/merges.txt", content);
    }

    @FuzzTest
    void configurationBesideVocabulary(byte[] content) {
        HostileFile.write("roles/vocab.json", VOCABULARY);
        HostileFile.write("roles/merges.txt", MERGES);
        HostileFile.write("roles/added_tokens.json", content);
        definition("roles/tokenizer_config.json", content);
    }

    /** The native parser, which is not Java: see SECURITY.md. */
    @FuzzTest
    void nativeLibrary(byte[] content) {
        HostileFile.isRead("native/tokenizer.json", content, DataException.class, file -> {
            try (Tokenizer tokenizer = Tokenizer.load(file.getParent())) {
                tokenizer.decode(tokenizer.encode("ab ba"));
            }
        });
    }

    private static void definition(String name, byte[] content) {
        HostileFile.isRead(name, content, DataException.class, TokenizerFuzzTest::definition);
    }

    private static void definition(Path file) {
        TokenizerDefinition.read(file.getParent());
    }
}
