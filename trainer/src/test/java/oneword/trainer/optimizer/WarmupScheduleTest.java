package oneword.trainer.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WarmupScheduleTest {

    @Test
    void everyFactorEqualsTransformers() throws IOException {
        JsonNode root = new ObjectMapper().readTree(Path.of("src/test/resources/golden/schedule.json").toFile());
        assertThat(root.get("cases")).isNotEmpty();
        for (JsonNode golden : root.get("cases")) {
            WarmupSchedule schedule = new WarmupSchedule(1, golden.get("warmup_steps").longValue(),
                golden.get("total_steps").longValue(), golden.get("schedule").asText().equals("linear"));
            for (int k = 0; k < golden.get("factors").size(); k++) {
                assertThat(schedule.rate(k)).as("update %d of %s", k, golden)
                    .isCloseTo(golden.get("factors").get(k).doubleValue(), within(1e-15));
            }
        }
    }

    @Test
    void theFirstUpdateOfAWarmUpMovesNothing() {
        assertThat(new WarmupSchedule(5e-4, 100, 1000, true).rate(0)).isZero();
    }
}
