package oneword.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import oneword.data.batch.MicroBatches;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.LayerSeeds;
import oneword.lora.decoder.Precision;
import oneword.trainer.hardware.MemoryGauge;
import oneword.trainer.hardware.OutOfMemoryException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MicroBatchPassTest {

    private static final Path BASE = GoldenRun.LORA.resolve("decoder/pre-norm");

    private final Decoder decoder = Decoders.load(BASE, Decoders.read(BASE), Precision.FP32, Device.cpu());
    private final NDManager scope = decoder.manager().newSubManager();

    @AfterEach
    void close() {
        decoder.close();
    }

    private MicroBatchPass pass() {
        decoder.loadAdapter(GoldenRun.LORA.resolve("lora/pre-norm"), 0);
        List<int[]> sentences = List.of(new int[] {2, 4, 5}, new int[] {2, 6, 7, 8});
        return new MicroBatchPass(decoder,
            MicroBatches.cut(sentences, 100, decoder.config().padId()).get(0), LayerSeeds.of(1, 0, 0), true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void memoryIsAskedForBeforeTheEmbeddingsEachLayerAndTheHead(boolean bordersOnly) {
        int[] claims = {0};
        pass().record(scope, bordersOnly, () -> claims[0]++);
        assertThat(claims).containsExactly(decoder.config().layers() + 2);
    }

    @Test
    void aPassEndsAtTheFirstLayerThatWouldNotFit() {
        int[] claims = {0};
        MemoryGauge gauge = () -> {
            if (++claims[0] == 3) {
                throw new OutOfMemoryException("out of memory: no room for layer 1");
            }
        };
        MicroBatchPass pass = pass();
        assertThatThrownBy(() -> pass.record(scope, false, gauge)).isInstanceOf(OutOfMemoryException.class);
        assertThat(claims).containsExactly(3);
    }
}
