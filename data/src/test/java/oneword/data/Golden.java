package oneword.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds golden files (src/test/golden tells how they came about), the repository and the shared data. */
public final class Golden {

    private Golden() {
    }

    public static JsonNode json(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    public static Path file(String name) {
        try {
            return Path.of(Golden.class.getResource("/golden/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(name, e);
        }
    }

    public static int[] ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.intValue()));
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    public static Path root() {
        return Path.of(System.getProperty("oneword.root"));
    }

    public static Path shared(String path) {
        Path shared = root().resolve("../shared").resolve(path);
        assumeTrue(Files.exists(shared), "needs " + shared);
        return shared;
    }
}
