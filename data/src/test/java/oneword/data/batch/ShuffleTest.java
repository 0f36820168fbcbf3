package oneword.data.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import oneword.data.Golden;
import org.junit.jupiter.api.Test;

class ShuffleTest {

    @Test
    void permutationsAreThoseOfTheWrittenDefinition() {
        for (JsonNode line : Golden.json("shuffle.json")) {
            assertThat(Shuffle.permutation(line.get("n").intValue(), line.get("seed").longValue(),
                line.get("epoch").intValue())).containsExactly(Golden.ints(line.get("order")));
        }
    }
}
