package oneword.lora.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import oneword.lora.checkpoint.SafetensorsFile;

/** A folder of references made by transformers and PEFT; see src/test/golden. */
record GoldenCase(Path folder) {

    static final Path ROOT = Path.of("src/test/resources/golden");

    static Stream<GoldenCase> all(String kind) {
        try (Stream<Path> folders = Files.list(ROOT.resolve(kind))) {
            return folders.filter(Files::isDirectory).sorted().map(GoldenCase::new).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode json(String file) {
        try {
            return new ObjectMapper().readTree(folder.resolve(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    float[] tensor(String file, String name) {
        try (SafetensorsFile tensors = SafetensorsFile.open(folder.resolve(file))) {
            float[] values = new float[Math.toIntExact(tensors.info(name).elements())];
            tensors.map(name).asFloatBuffer().get(values);
            return values;
        }
    }

    static List<int[]> sentences(JsonNode lists) {
        List<int[]> sentences = new ArrayList<>();
        for (JsonNode list : lists) {
            int[] ids = new int[list.size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = list.get(i).intValue();
            }
            sentences.add(ids);
        }
        return sentences;
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
