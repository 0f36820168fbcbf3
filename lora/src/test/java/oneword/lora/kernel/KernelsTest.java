package oneword.lora.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelsTest {

    private static final int FLOAT32 = 6;

    private final Kernels kernels =
        Kernels.load(Kernels.class, Map.of("compute", FLOAT32), Device.cpu(), "weights.py");
    private final NDManager scope = Torch.newManager(Device.cpu());

    @AfterEach
    void close() {
        scope.close();
        kernels.close();
    }

    private float one() {
        return kernels.call(scope, "ones").with(scope.create(new Shape(1))).tensor().getFloat();
    }

    @Test
    void aGuardIsAskedBeforeEachCallUntilItsWorkIsDone() {
        int[] outer = {0};
        int[] inner = {0};
        float sum = Kernels.guarded(() -> outer[0]++,
            () -> one() + Kernels.guarded(() -> inner[0]++, this::one) + one());
        assertThat(sum + one()).isEqualTo(4);
        assertThat(outer).containsExactly(2);
        assertThat(inner).containsExactly(1);
    }

    @Test
    void whatAGuardThrowsEndsTheWorkAndTheGuard() {
        int[] results = {0};
        Runnable guard = () -> {
            if (results[0] == 2) {
                throw new IllegalStateException("no more");
            }
        };
        assertThatThrownBy(() -> Kernels.guarded(guard, () -> {
            while (true) {
                one();
                results[0]++;
            }
        })).isInstanceOf(IllegalStateException.class).hasMessage("no more");
        assertThat(results).containsExactly(2);
        assertThat(one()).isEqualTo(1);
    }
}
