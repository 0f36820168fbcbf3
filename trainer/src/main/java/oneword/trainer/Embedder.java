package oneword.trainer;

import ai.djl.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.decoder.Precision;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.embedding.TextRule;
import oneword.trainer.evaluation.Cosine;
import oneword.trainer.hub.ModelLocator;

/**
 * Sentence embeddings for other programs:
 *
 * <pre>{@code
 * try (Embedder embedder = Embedder.load(Path.of("runs/quickstart/best"))) {
 *     float[][] vectors = embedder.embed(List.of("A man is playing a guitar.", "Someone makes music."));
 *     System.out.println(Embedder.cosine(vectors[0], vectors[1]));
 * }
 * }</pre>
 *
 * <p>Sentences go through the evaluation rule and the prompt that the adapter was trained with; vectors come as the
 * model gives them, not normalised. One thread at a time.
 */
public final class Embedder implements AutoCloseable {

    private final SentenceModel model;

    private Embedder(SentenceModel model) {
        this.model = model;
    }

    /**
     * Loads a model in fp32 on the CPU.
     *
     * @param folder a run, a checkpoint or another PEFT adapter folder, whose base model is found by its name; or a
     *     Hugging Face model folder
     * @return the embedder; close it when done
     */
    public static Embedder load(Path folder) {
        Path files = CheckpointStore.locate(folder);
        Optional<Path> adapter =
            Files.isRegularFile(files.resolve(PeftFiles.CONFIG)) ? Optional.of(files) : Optional.empty();
        Path here = Path.of("").toAbsolutePath();
        Path base = adapter.map(PeftFiles::baseModel)
            .map(name -> new ModelLocator(here, here, System.getenv()).find(name, "main"))
            .orElse(files);
        return new Embedder(
            SentenceModel.open(base, adapter, Optional.empty(), Precision.FP32, Device.cpu()));
    }

    /**
     * Embeds sentences.
     *
     * @param sentences in any order, of any length
     * @return [n][d] in the order of the sentences
     */
    public float[][] embed(List<String> sentences) {
        return model.embed(sentences, TextRule.EVALUATION);
    }

    /** Width d of the vectors. */
    public int width() {
        return model.decoder().config().outputWidth();
    }

    /** Cosine of the angle between two vectors; 0 where one of them is zero. */
    public static double cosine(float[] a, float[] b) {
        return Cosine.of(a, b);
    }

    @Override
    public void close() {
        model.close();
    }
}
