package oneword.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NeighboursTest {

    private static final List<String> SENTENCES = List.of("a dog runs", "a cat sleeps", "a hound is running");

    @Test
    void findsTheNearestOtherSentenceByCosine() {
        float[][] vectors = {{1, 0}, {0, 1}, {30, 40}};

        assertThat(Neighbours.nearest(vectors)).containsExactly(
            new Neighbour(0, 2, 0.6), new Neighbour(1, 2, 0.8), new Neighbour(2, 1, 0.8));
    }

    @Test
    void ofEquallyNearOnesTakesTheFirst() {
        float[][] vectors = {{1, 0}, {1, 0}, {1, 0}};

        assertThat(Neighbours.nearest(vectors)).extracting(Neighbour::neighbour).containsExactly(1, 0, 0);
    }

    @Test
    void needsTwoFiniteVectors() {
        assertThatThrownBy(() -> Neighbours.nearest(new float[1][2]))
            .isInstanceOf(EvaluationException.class).hasMessageContaining("at least two sentences, found 1");
        assertThatThrownBy(() -> Neighbours.nearest(new float[][] {{1, 0}, {Float.NaN, 0}, {1, 1}}))
            .isInstanceOf(EvaluationException.class).hasMessageContaining("sentence 2 of 3");
    }

    @Test
    void printsNeighboursBeforeAndAfter() {
        List<Neighbour> before = List.of(
            new Neighbour(0, 1, 0.97), new Neighbour(1, 0, 0.97), new Neighbour(2, 1, -0.05));
        List<Neighbour> after = List.of(
            new Neighbour(0, 2, 0.8), new Neighbour(1, 2, 0.256), new Neighbour(2, 0, 0.8));

        assertThat(NeighbourTable.plain(SENTENCES, before, after, 2)).isEqualTo("""
            Nearest of 3 sentences
              a dog runs
                untrained  0.97  a cat sleeps
                trained    0.80  a hound is running
              a cat sleeps
                untrained  0.97  a dog runs
                trained    0.26  a hound is running
            """);
    }
}
