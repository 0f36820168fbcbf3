package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import oneword.lora.kernel.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Memory of recordings: rooms that are open never share any, and what they leave is used again. */
class RecordingSpaceTest {

    private final NDManager owner = Torch.newManager(Device.cpu());
    private final RecordingSpace space = new RecordingSpace(owner, Precision.FP32);

    @AfterEach
    void close() {
        owner.close();
    }

    @Test
    void openRoomsShareNothing() {
        for (int step = 0; step < 4; step++) {
            try (NDManager scope = owner.newSubManager()) {
                List<NDArray> rooms = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    NDArray room = space.take(scope, 64L * (1 + i + step));
                    assertThat(room.size()).isEqualTo(64L * (1 + i + step));
                    fill(room, i);
                    rooms.add(room);
                }
                for (int i = 0; i < 3; i++) {
                    float[] expected = new float[(int) rooms.get(i).size()];
                    Arrays.fill(expected, i);
                    assertThat(rooms.get(i).toFloatArray()).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void roomsThatAreClosedAreUsedAgain() {
        stepOfTwo(640);
        assertThat(owner.getManagedArrays()).as("a first step has arrays of its own").isEmpty();
        stepOfTwo(640);
        assertThat(owner.getManagedArrays()).hasSize(1);
        NDArray whole = owner.getManagedArrays().get(0);
        assertThat(whole.size()).isBetween(1280L, 1600L);
        stepOfTwo(640);
        stepOfTwo(64);
        assertThat(owner.getManagedArrays()).singleElement().isSameAs(whole);
        try (NDManager scope = owner.newSubManager()) {
            fill(space.take(scope, 128), 7);
            assertThat(whole.get("0:128").toFloatArray()).containsOnly(7);
        }
    }

    @Test
    void aRoomThatStaysOpenKeepsItsMemoryThroughLaterSteps() {
        stepOfTwo(64);
        try (NDManager scope = owner.newSubManager()) {
            NDArray stays = space.take(scope, 64);
            fill(stays, 5);
            for (int i = 0; i < 3; i++) {
                stepOfTwo(6400);
            }
            assertThat(stays.toFloatArray()).containsOnly(5);
        }
    }

    @Test
    void aPlaceIsUsedAgainWhileOthersAreOpen() {
        stepOfTwo(640);
        stepOfTwo(640);
        NDArray whole = owner.getManagedArrays().get(0);
        NDManager first = owner.newSubManager();
        fill(space.take(first, 640), 1);
        for (int i = 2; i < 30; i++) {
            NDManager next = owner.newSubManager();
            fill(space.take(next, 640), i);
            first.close();
            first = next;
        }
        first.close();
        assertThat(owner.getManagedArrays()).singleElement().isSameAs(whole);
        assertThat(whole.get("0:640").toFloatArray()).containsOnly(29);
        assertThat(whole.get("640:1280").toFloatArray()).containsOnly(28);
    }

    @Test
    void whatIsReleasedIsFreed() {
        stepOfTwo(64);
        stepOfTwo(64);
        assertThat(owner.getManagedArrays()).isNotEmpty();
        space.release();
        assertThat(owner.getManagedArrays()).isEmpty();
        stepOfTwo(64);
        assertThat(owner.getManagedArrays()).isEmpty();
    }

    @Test
    void roomsAreLargeEnoughForMatricesThatBeginAtMultiplesOf64() {
        assertThat(RecordingSpace.aligned(1, 1) % 64).isZero();
        for (long count : new long[] {1, 63, 64, 65, 1000}) {
            long worst = 3 * ((count + 63) / 64 * 64);
            assertThat(RecordingSpace.aligned(3 * count, 3)).isGreaterThanOrEqualTo(worst);
        }
    }

    private static void fill(NDArray room, int value) {
        room.set(new NDIndex(":"), value);
    }

    private void stepOfTwo(long count) {
        try (NDManager scope = owner.newSubManager()) {
            for (int i = 0; i < 2; i++) {
                NDArray room = space.take(scope, count);
                fill(room, i + 1);
            }
        }
    }
}
