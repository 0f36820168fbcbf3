package oneword.lora.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorInfoTest {
    @Test
    void theShapeCannotBeChangedFromOutside() {
        long[] shape = {2, 3};
        TensorInfo info = new TensorInfo("t", DType.F32, shape, 8, 24);
        shape[0] = 9;
        info.shape()[1] = 9;
        assertThat(info.shape()).containsExactly(2, 3);
    }

    @Test
    void equalsComparesTheShapeByItsNumbers() {
        TensorInfo info = new TensorInfo("t", DType.F32, new long[] {2, 3}, 8, 24);
        TensorInfo same = new TensorInfo("t", DType.F32, new long[] {2, 3}, 8, 24);
        assertThat(info).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(info).isNotEqualTo(new TensorInfo("t", DType.F32, new long[] {3, 2}, 8, 24))
                .isNotEqualTo(new TensorInfo("u", DType.F32, new long[] {2, 3}, 8, 24))
                .isNotEqualTo(new TensorInfo("t", DType.I32, new long[] {2, 3}, 8, 24))
                .isNotEqualTo(new TensorInfo("t", DType.F32, new long[] {2, 3}, 0, 24));
    }

    @ParameterizedTest
    @CsvSource({"F64, 8", "F32, 4", "F16, 2", "BF16, 2", "I64, 8", "I32, 4", "I16, 2", "I8, 1", "U8, 1", "BOOL, 1"})
    void typesHaveTheSafetensorsNamesAndSizes(String name, int size) {
        assertThat(DType.named(name)).hasValueSatisfying(type -> {
            assertThat(type.size()).isEqualTo(size);
            assertThat(TensorInfo.byteLength(type, new long[] {3, 1, 5})).isEqualTo(15L * size);
        });
    }

    @Test
    void otherTypesAreNotKnown() {
        assertThat(DType.named("F8_E4M3")).isEmpty();
        assertThat(DType.named("f32")).isEmpty();
    }

    @Test
    void aSizeIsRefusedWhereTheProductLeavesALong() {
        assertThat(TensorInfo.byteLength(DType.U8, new long[] {Long.MAX_VALUE})).isEqualTo(Long.MAX_VALUE);
        assertThat(TensorInfo.byteLength(DType.F64, new long[] {1L << 59})).isEqualTo(1L << 62);
        assertThat(TensorInfo.byteLength(DType.F64, new long[] {1L << 60})).isEqualTo(-1);
        assertThat(TensorInfo.byteLength(DType.U8, new long[] {1L << 32, 1L << 32})).isEqualTo(-1);
        assertThat(TensorInfo.byteLength(DType.U8, new long[] {1L << 32, 1L << 32, 0})).isEqualTo(-1);
        assertThat(TensorInfo.byteLength(DType.U8, new long[] {0, Long.MAX_VALUE, Long.MAX_VALUE})).isZero();
        assertThat(TensorInfo.byteLength(DType.U8, new long[] {-1, -1})).isEqualTo(-1);
    }

    @Test
    void lengthAndShapeMustAgree() {
        assertThatThrownBy(() -> new TensorInfo("t", DType.F32, new long[] {2, 3}, 8, 23))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("t: 23 bytes at 8 for F32[2, 3]");
    }
}
