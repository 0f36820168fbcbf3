package oneword.trainer.embedding;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import oneword.data.batch.MicroBatch;
import oneword.data.batch.MicroBatches;
import oneword.data.prompt.PromptTemplate;
import oneword.data.token.SentenceEncoder;
import oneword.data.token.Tokenizer;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;
import oneword.lora.decoder.PrefixCache;
import oneword.lora.decoder.TokenBatch;
import oneword.lora.kernel.Torch;
import oneword.trainer.hardware.MemoryGauge;
import oneword.trainer.hardware.OutOfMemoryException;

/**
 * A decoder, its tokeniser and its prompt: everything between a sentence and its vector.
 *
 * <p>Not thread-safe.
 */
public final class SentenceModel implements AutoCloseable {

    /** Padded tokens that are embedded at once, where memory allows: on a CPU what its caches hold. */
    private static final int CPU_CHUNK_TOKENS = 2048;
    private static final int GPU_CHUNK_TOKENS = 16384;
    /** Fewer are not worth two chunks. */
    private static final int FEW_TOKENS = 256;
    /** Behind tokens computed before, a batch takes more sentences, whose keys and values may fill so many chunks. */
    private static final long MOST_CHUNKS = 4;
    /** The published cut of training sentences. */
    private static final int DEFAULT_SENTENCE_TOKENS = 32;

    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final int maxSentenceTokens;
    private final SentenceEncoder encoder;
    private MemoryGauge gauge;
    private int chunkTokens;

    private SentenceModel(Decoder decoder, Tokenizer tokenizer, PromptTemplate prompt, int maxSentenceTokens) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.maxSentenceTokens = maxSentenceTokens;
        this.encoder = encoder(prompt);
        this.gauge = MemoryGauge.of(decoder.manager().getDevice());
        this.chunkTokens = decoder.manager().getDevice().isGpu() ? GPU_CHUNK_TOKENS : CPU_CHUNK_TOKENS;
    }

    /** Puts another gauge in place of the device's. */
    void watch(MemoryGauge other) {
        gauge = other;
    }

    /**
     * Opens a model for embedding, with the prompt that lies beside the adapter or the model, else the published one.
     *
     * @param folder Hugging Face folder
     * @param adapter PEFT adapter folder; empty means none
     * @param prompt used in place of the one that was saved; empty means that one
     * @param precision type of the frozen weights
     * @param device where it runs
     */
    public static SentenceModel open(
        Path folder, Optional<Path> adapter, Optional<PromptTemplate> prompt, Precision precision, Device device) {
        PromptFile saved = PromptFile.read(adapter.orElse(folder))
            .orElse(new PromptFile(PromptTemplate.DEFAULT.template(), DEFAULT_SENTENCE_TOKENS));
        SentenceModel model = load(folder, prompt.orElseGet(() -> new PromptTemplate(saved.template())),
            saved.maxSentenceTokens(), precision, device);
        boolean opened = false;
        try {
            adapter.ifPresent(files -> model.decoder.loadAdapter(files, 0));
            opened = true;
            return model;
        } finally {
            if (!opened) {
                model.close();
            }
        }
    }

    /**
     * Loads a model without adapter.
     *
     * @param folder Hugging Face folder
     * @param prompt text around each sentence
     * @param maxSentenceTokens cut of the training rule
     * @param precision type of the frozen weights
     * @param device where it runs
     */
    public static SentenceModel load(
        Path folder, PromptTemplate prompt, int maxSentenceTokens, Precision precision, Device device) {
        return load(folder, Decoders.read(folder), prompt, maxSentenceTokens, precision, device);
    }

    /**
     * Loads a model whose configuration has been read, and perhaps changed, already.
     *
     * @param folder Hugging Face folder
     * @param config of the decoder
     * @param prompt text around each sentence
     * @param maxSentenceTokens cut of the training rule
     * @param precision type of the frozen weights
     * @param device where it runs
     */
    public static SentenceModel load(Path folder, DecoderConfig config, PromptTemplate prompt, int maxSentenceTokens,
        Precision precision, Device device) {
        Tokenizer tokenizer = Tokenizer.load(folder);
        boolean loaded = false;
        try {
            Decoder decoder = Decoders.load(folder, config, precision, device);
            loaded = true;
            return new SentenceModel(decoder, tokenizer, prompt, maxSentenceTokens);
        } finally {
            if (!loaded) {
                tokenizer.close();
            }
        }
    }

    /** The language model and its adapter. */
    public Decoder decoder() {
        return decoder;
    }

    /** Text to ids, with the prompt. */
    public SentenceEncoder encoder() {
        return encoder;
    }

    /**
     * Text to ids with another prompt, for {@link #embed(List, IntConsumer)}.
     *
     * @param prompt text around each sentence
     * @throws oneword.data.DataException if the prompt alone is too long for the model
     */
    public SentenceEncoder encoder(PromptTemplate prompt) {
        return new SentenceEncoder(prompt, tokenizer, maxSentenceTokens, decoder.config().maxPositions());
    }

    /** The text of one token as it stands in the vocabulary, white space before it included. */
    public String text(int token) {
        return tokenizer.decodeAll(new int[] {token});
    }

    /**
     * Embeds texts, sorted by length into batches inside; nothing is recorded for gradients and dropout is off. Tokens
     * that all texts begin with, those of the prompt and of a demonstration before it, are computed once for the call.
     * Where memory runs out, batches become smaller.
     *
     * @param texts in any order
     * @param rule how each becomes ids
     * @return [n][d] in the order of the texts, as the model gives them: not normalised
     */
    public float[][] embed(List<String> texts, TextRule rule) {
        List<int[]> sequences = new ArrayList<>(texts.size());
        for (String text : texts) {
            sequences.add(ids(text, rule));
        }
        return embed(sequences, done -> { });
    }

    /**
     * The token ids of a text. Safe for use by several threads, also while another one embeds.
     *
     * @param text any text
     * @param rule how it becomes ids
     */
    public int[] ids(String text, TextRule rule) {
        return rule.ids(encoder, text);
    }

    /**
     * Embeds texts that are token ids already, as {@link #embed(List, TextRule)} does.
     *
     * @param sequences token ids, none of them empty
     * @param progress hears after each batch how many are done, one thread at a time; what it throws ends the work
     * @return [n][d] in the order of the sequences
     */
    public float[][] embed(List<int[]> sequences, IntConsumer progress) {
        while (true) {
            try {
                return embedAll(sequences, progress);
            } catch (RuntimeException e) {
                if (!OutOfMemoryException.is(e) || chunkTokens <= longest(sequences)) {
                    throw e;
                }
                chunkTokens /= 2;
            }
        }
    }

    private static int longest(List<int[]> sequences) {
        return sequences.stream().mapToInt(ids -> ids.length).max().orElse(0);
    }

    private float[][] embedAll(List<int[]> sequences, IntConsumer progress) {
        int common = sequences.isEmpty() ? 0 : MicroBatches.commonStart(sequences);
        List<MicroBatch> cuts = cut(sequences, chunkTokens, common);
        if (cuts.size() < 2 || common == 0) {
            return embedAll(null, cuts, progress);
        }
        try (NDManager scope = decoder.manager().newSubManager()) {
            gauge.claim();
            PrefixCache past = decoder.prefix(scope, Arrays.copyOf(sequences.get(0), common));
            int longest = longest(sequences);
            int tokens = (int) Math.min(MOST_CHUNKS * chunkTokens, (long) chunkTokens * longest / (longest - common));
            return embedAll(past, cut(sequences, tokens, common), progress);
        }
    }

    private float[][] embedAll(PrefixCache past, List<MicroBatch> cuts, IntConsumer progress) {
        float[][] vectors = new float[cuts.stream().mapToInt(cut -> cut.positions().length).sum()][];
        int[] done = {0};
        int d = decoder.config().outputWidth();
        decoder.lanes().run(cuts.size(), i -> {
            gauge.claim();
            MicroBatch cut = cuts.get(i);
            float[] flat = embed(past, cut);
            for (int row = 0; row < cut.positions().length; row++) {
                vectors[cut.positions()[row]] = Arrays.copyOfRange(flat, row * d, (row + 1) * d);
            }
            synchronized (done) {
                done[0] += cut.positions().length;
                progress.accept(done[0]);
            }
        });
        return vectors;
    }

    /** Cuts what is more than a little evenly, since it is computed side by side. */
    private List<MicroBatch> cut(List<int[]> sequences, int tokens, int common) {
        int padId = decoder.config().padId();
        boolean little = sequences.stream().mapToInt(ids -> ids.length).sum() < FEW_TOKENS;
        return little || decoder.manager().getDevice().isGpu() ? MicroBatches.cut(sequences, tokens, padId)
            : MicroBatches.cutEvenly(sequences, tokens, padId, common);
    }

    private float[] embed(PrefixCache past, MicroBatch cut) {
        try (NDManager scope = decoder.manager().newSubManager()) {
            TokenBatch batch = past == null
                ? TokenBatch.of(scope, cut.ids(), cut.lengths(), cut.width(), true)
                : behind(past, scope, cut);
            NDArray vectors = Torch.withoutGradients(() -> decoder.encode(scope, batch, null));
            return vectors.toFloatArray();
        }
    }

    /** Lays out what stands in the rows behind the past. */
    private static TokenBatch behind(PrefixCache past, NDManager scope, MicroBatch cut) {
        int width = cut.width() - past.length();
        int[] ids = new int[cut.lengths().length * width];
        for (int row = 0; row < cut.lengths().length; row++) {
            System.arraycopy(cut.ids(), row * cut.width() + past.length(), ids, row * width, width);
        }
        int[] lengths = Arrays.stream(cut.lengths()).map(length -> length - past.length()).toArray();
        return TokenBatch.behind(past, scope, ids, lengths, width, true);
    }

    @Override
    public void close() {
        decoder.close();
        tokenizer.close();
    }
}
