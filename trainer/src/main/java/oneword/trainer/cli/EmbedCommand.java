package oneword.trainer.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import oneword.trainer.TrainerException;
import oneword.trainer.embedding.TextRule;
import oneword.trainer.embedding.VectorFile;
import oneword.trainer.progress.ProgressDisplay;
import oneword.trainer.progress.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code oneword embed}. */
@Command(name = "embed", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Turn sentences, one a line, into vectors, in their order.")
final class EmbedCommand implements Callable<Integer> {

    private static final int CHUNK = 2048;

    @Mixin
    private ModelOptions model;

    @Option(names = "--input", paramLabel = "FILE|-", required = true,
        description = "UTF-8 text, one sentence a line; - reads stdin.")
    private String input;

    @Option(names = "--output", paramLabel = "FILE.npy|.jsonl", required = true,
        description = "float32 [n, d] as .npy, or a JSON array a line as .jsonl.")
    private Path output;

    @Option(names = "--as", paramLabel = "evaluation|training|raw", defaultValue = "evaluation",
        description = "Rule from line to prompt; raw takes the line as the whole prompt (default: ${DEFAULT-VALUE}).")
    private TextRule rule;

    @Option(names = "--normalize", description = "Scale every vector to length 1.")
    private boolean normalize;

    @Override
    public Integer call() {
        List<String> lines = lines(read());
        try (VectorFile file = VectorFile.create(output, lines.size());
            ModelOptions.Opened opened = model.open(Optional.empty());
            ProgressDisplay display =
                new ProgressDisplay(Screen.stderr(), "embedding", "sentences", 0, lines.size())) {
            for (int from = 0; from < lines.size(); from += CHUNK) {
                int to = Math.min(lines.size(), from + CHUNK);
                float[][] vectors = opened.model().embed(lines.subList(from, to), rule);
                if (normalize) {
                    normalize(vectors);
                }
                file.write(vectors);
                display.update(to);
            }
            file.finish();
        }
        return 0;
    }

    private byte[] read() {
        try {
            if (input.equals("-")) {
                return System.in.readAllBytes();
            }
            Path file = ModelOptions.paths().find(input);
            try (InputStream in = Files.newInputStream(file)) {
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new TrainerException(input + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Lines end in \n or \r\n; other separators stand inside sentences. */
    private List<String> lines(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new TrainerException(input + ": is not UTF-8; save it as UTF-8 text", e);
        }
        List<String> lines = new ArrayList<>();
        int begin = 0;
        while (begin < text.length()) {
            int end = text.indexOf('\n', begin);
            int stop = end < 0 ? text.length() : end;
            boolean carriage = stop > begin && text.charAt(stop - 1) == '\r';
            lines.add(text.substring(begin, carriage ? stop - 1 : stop));
            begin = stop + 1;
        }
        if (lines.isEmpty()) {
            throw new TrainerException(input + ": holds no line");
        }
        return lines;
    }

    private static void normalize(float[][] vectors) {
        for (float[] vector : vectors) {
            double squares = 0;
            for (float value : vector) {
                squares += (double) value * value;
            }
            double length = Math.sqrt(squares);
            for (int i = 0; i < vector.length && length > 0; i++) {
                vector[i] /= (float) length;
            }
        }
    }
}
