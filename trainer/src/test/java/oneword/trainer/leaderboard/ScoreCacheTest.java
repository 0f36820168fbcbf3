package oneword.trainer.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import oneword.trainer.evaluation.TransferScore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCacheTest {

    private static final ObjectNode KEY = new ObjectMapper().createObjectNode().put("task", "MR");

    @TempDir
    private Path folder;
    private final List<String> said = new ArrayList<>();

    @Test
    void whatWasStoredComesBack() {
        TransferScore plain = new TransferScore("MR", 10662, 85.123456789, 85.5, Double.NaN);
        TransferScore pairs = new TransferScore("MRPC", 1725, 73, 74, 81.25);
        ObjectNode other = KEY.deepCopy().put("task", "MRPC");
        ScoreCache cache = new ScoreCache(folder, said::add);
        cache.write(KEY, plain);
        cache.write(other, pairs);

        assertThat(cache.read(KEY, "MR")).contains(plain);
        assertThat(cache.read(other, "MRPC")).contains(pairs);
        assertThat(cache.read(KEY.deepCopy().put("task", "CR"), "CR")).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void damageIsTold() throws IOException {
        ScoreCache cache = new ScoreCache(folder, said::add);
        cache.write(KEY, new TransferScore("MR", 1, 2, 3, Double.NaN));
        Path file;
        try (Stream<Path> files = Files.walk(folder)) {
            file = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        String text = Files.readString(file);
        for (String damaged : List.of("", text.substring(0, 20), text.replace("accuracy", "acuracy"))) {
            said.clear();
            Files.writeString(file, damaged);
            assertThat(cache.read(KEY, "MR")).isEmpty();
            assertThat(said).singleElement().asString().contains("damaged", file.toString());
        }
    }
}
