package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import oneword.lora.kernel.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenBatchTest {

    private final NDManager scope = Torch.newManager(Device.cpu());

    @AfterEach
    void close() {
        scope.close();
    }

    private TokenBatch batch(int sentences, int length) {
        int[] ids = new int[sentences * length];
        Arrays.setAll(ids, i -> 3 + i % 97);
        int[] lengths = new int[sentences];
        Arrays.fill(lengths, length);
        return TokenBatch.of(scope, ids, lengths, length, false);
    }

    private static long tokens(TokenBatch batch) {
        return batch.blocks().stream().mapToLong(NDArray::size).sum();
    }

    @Test
    void aLargerBatchIsFilledUpToARoundNumberOfRowsThatNoSentenceAsksFor() {
        TokenBatch batch = batch(55, 11);
        assertThat(batch.ids().size()).isEqualTo(608).isEqualTo(tokens(batch));
        assertThat(batch.positions().size()).isEqualTo(608);
        assertThat(batch.positions().toLongArray()).endsWith(9, 10, 0, 0, 0);
        assertThat(batch.last().toLongArray()).hasSize(56).endsWith(604, 607);
        assertThat(Arrays.stream(batch.order().toLongArray()).max()).hasValue(54);
        assertThat(batch.longest()).isEqualTo(11);
    }

    @Test
    void aBatchOfFewOrOfARoundNumberOfRowsIsLeftAsItIs() {
        assertThat(batch(46, 11).ids().size()).isEqualTo(506);
        TokenBatch round = batch(52, 16);
        assertThat(round.ids().size()).isEqualTo(832).isEqualTo(tokens(round));
        assertThat(round.last().size()).isEqualTo(52);
    }
}
