package oneword.trainer.embedding.stream;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import oneword.trainer.embedding.EmbeddingException;
import oneword.trainer.embedding.NextWords.NextWord;

/** The formats by the endings of their files. */
final class RowFormats {

    private RowFormats() {}

    static RowFormat<float[]> ofVectors(Path file) {
        String name = name(file);
        if (name.endsWith(".npy")) {
            return new NpyFormat();
        }
        if (name.endsWith(".jsonl")) {
            return new JsonLines.Vectors();
        }
        if (name.endsWith(".parquet")) {
            return new ParquetFormat();
        }
        throw new EmbeddingException("cannot tell the format of " + file + ": the name must end in .npy (NumPy, "
            + "float32), .jsonl (one JSON array per line) or .parquet (columns sentence and embedding)");
    }

    static RowFormat<List<NextWord>> ofWords(Path file) {
        if (name(file).endsWith(".jsonl")) {
            return new JsonLines.Words();
        }
        throw new EmbeddingException("cannot tell the format of " + file
            + ": with words the name must end in .jsonl (one JSON object per line)");
    }

    private static String name(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT);
    }
}
