package oneword.data.token;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;
import oneword.data.DataException;
import oneword.data.text.Surrogates;

/**
 * The tokenizer of a model folder, by Hugging Face's own library. Nothing is cut and nothing is padded here, whatever
 * the tokenizer's files say. Safe for use by several threads; closing waits for calls under way, and calls made after
 * that fail with an IllegalStateException.
 *
 * <p>DJL is kept from the network: unless the environment or a system property says otherwise, this class sets
 * {@code RUST_FLAVOR} to {@code cpu} (its tokenizer library would fetch a CUDA build on a GPU host), and
 * {@code ai.djl.offline} and {@code OPT_OUT_TRACKING} to {@code true}, before the first native call.
 */
public final class Tokenizer implements AutoCloseable {

    static {
        setUnlessGiven("RUST_FLAVOR", "RUST_FLAVOR", "cpu");
        setUnlessGiven("DJL_OFFLINE", "ai.djl.offline", "true");
        setUnlessGiven("OPT_OUT_TRACKING", "OPT_OUT_TRACKING", "true");
    }

    private final HuggingFaceTokenizer tokenizer;
    private final int vocabularySize;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private Tokenizer(HuggingFaceTokenizer tokenizer, int vocabularySize) {
        this.tokenizer = tokenizer;
        this.vocabularySize = vocabularySize;
    }

    private static void setUnlessGiven(String variable, String property, String value) {
        if (System.getenv(variable) == null && System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Loads the tokenizer of a model folder, as {@link TokenizerDefinition} has it.
     *
     * @param modelFolder a model in Hugging Face layout
     * @return the tokenizer, to be closed by the caller
     * @throws DataException if the folder has no tokenizer or its files are damaged
     */
    public static Tokenizer load(Path modelFolder) {
        TokenizerFolder folder = new TokenizerFolder(modelFolder);
        return create(
            folder.file(folder.has(TokenizerFolder.TOKENIZER) ? TokenizerFolder.TOKENIZER : TokenizerFolder.VOCABULARY),
            TokenizerDefinition.read(modelFolder));
    }

    private static Tokenizer create(Path file, JsonNode definition) {
        Map<String, String> options = Map.of("addSpecialTokens", "true", "truncation", "do_not_truncate", "padding",
            "do_not_pad", "modelMaxLength", String.valueOf(Integer.MAX_VALUE));
        try {
            byte[] json = TokenizerFolder.JSON.writeValueAsBytes(definition);
            return new Tokenizer(
                HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options), size(definition));
        } catch (EngineException | LinkageError e) {
            throw new DataException("The tokenizer's native library cannot be loaded on "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ": " + e.getMessage()
                + ". It is unpacked to DJL's cache (~/.djl.ai, or the folder in DJL_CACHE_DIR), which "
                + "must be writable and allow execution.", e);
        } catch (IOException | RuntimeException e) {
            throw new DataException(file + " is not a tokenizer this version can read: " + e.getMessage()
                + ". Fetch the tokenizer files anew, all of one revision.", e);
        }
    }

    private static int size(JsonNode root) {
        int size = 0;
        JsonNode vocabulary = root.path("model").path("vocab");
        if (vocabulary.isArray()) {
            size = vocabulary.size();
        } else {
            for (JsonNode id : vocabulary) {
                size = Math.max(size, id.intValue() + 1);
            }
        }
        for (JsonNode token : root.path("added_tokens")) {
            size = Math.max(size, token.path("id").intValue() + 1);
        }
        return size;
    }

    /**
     * Tokenises a text, special tokens put around it as the tokenizer's files say: for OPT BOS in front, for SmolLM2
     * none. Where they put EOS behind the text, it is the last id, at which an embedding is then read.
     *
     * @param text any text
     * @return its ids, however many
     * @throws DataException if the text holds half of a surrogate pair
     */
    public int[] encode(String text) {
        return encode(text, true);
    }

    /**
     * Tokenises a text and puts no special token around it.
     *
     * @param text any text
     * @return its ids, none for an empty text
     * @throws DataException if the text holds half of a surrogate pair
     */
    public int[] encodePlain(String text) {
        return encode(text, false);
    }

    /**
     * Tokenises several texts, each as {@link #encode(String)} does, in parallel on the JVM's common pool.
     *
     * @param texts any texts
     * @return the ids of each, in the same order
     */
    public List<int[]> encodeAll(List<String> texts) {
        return texts.parallelStream().map(this::encode).toList();
    }

    /** DJL's Encoding would also build tokens, offsets and masks through JNI, which costs several times the ids. */
    private int[] encode(String text, boolean specialTokens) {
        int unpaired = Surrogates.unpaired(text);
        if (unpaired >= 0) {
            throw new DataException(String.format("The text holds \\u%04x at character %d, half of a surrogate pair, "
                + "which no tokenizer can take: %s", (int) text.charAt(unpaired), unpaired + 1, text));
        }
        return call(handle -> {
            long encoding = TokenizersLibrary.LIB.encode(handle, text, specialTokens);
            try {
                long[] wide = TokenizersLibrary.LIB.getTokenIds(encoding);
                int[] ids = new int[wide.length];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = Math.toIntExact(wide[i]);
                }
                return ids;
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        });
    }

    /**
     * The text of ids. Special tokens are left out, and no space is cleaned up. Where the ids end amid a character's
     * bytes, U+FFFD stands for it.
     *
     * @param ids token ids; those beyond the vocabulary are passed over
     * @return the text
     */
    public String decode(int[] ids) {
        return decode(ids, true);
    }

    /**
     * The text of ids as {@link #decode(int[])} gives it, with the special tokens that stand among them.
     *
     * @param ids token ids; those beyond the vocabulary are passed over
     * @return the text
     */
    public String decodeAll(int[] ids) {
        return decode(ids, false);
    }

    private String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return call(handle -> TokenizersLibrary.LIB.decode(handle, wide, skipSpecialTokens));
    }

    private <T> T call(LongFunction<T> function) {
        lock.readLock().lock();
        try {
            return function.apply(tokenizer.getHandle());
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * How many rows a model's embedding needs for this tokenizer.
     *
     * @return one more than the greatest id it can give
     */
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            tokenizer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
