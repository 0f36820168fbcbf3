package oneword.lora.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/**
 * The element types of stored tensors. The names are those of safetensors; all numbers are little-endian, floats as
 * in IEEE 754 except {@link #BF16}, which is the upper half of an {@link #F32}.
 */
public enum DType {
    /** 64-bit float. */
    F64(Double.BYTES),
    /** 32-bit float. */
    F32(Float.BYTES),
    /** 16-bit float: 1 sign, 5 exponent and 10 fraction bits. */
    F16(2),
    /** 16-bit float: 1 sign, 8 exponent and 7 fraction bits. */
    BF16(2),
    /** 64-bit signed integer. */
    I64(Long.BYTES),
    /** 32-bit signed integer. */
    I32(Integer.BYTES),
    /** 16-bit signed integer. */
    I16(Short.BYTES),
    /** 8-bit signed integer. */
    I8(1),
    /** 8-bit unsigned integer. */
    U8(1),
    /** One byte, 0 or 1. */
    BOOL(1);

    private final int size;

    DType(int size) {
        this.size = size;
    }

    /**
     * The bytes of one element.
     *
     * @return 1, 2, 4 or 8
     */
    public int size() {
        return size;
    }

    /**
     * The type of that safetensors name.
     *
     * @param name a name such as {@code BF16}, case-sensitive
     * @return the type, or nothing for a type that is not read here, such as {@code F8_E4M3}
     */
    public static Optional<DType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
