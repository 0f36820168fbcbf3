package oneword.lora.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** The files that lora/src/test/golden/*.py wrote with the reference libraries, and numbers as stored bytes. */
final class Golden {
    private static final Map<Double, Integer> F16_BITS = Map.of(1.0, 0x3C00, -2.0, 0xC000, 3.0, 0x4200, 0.0, 0,
            100.0, 0x5640, -128.0, 0xD800);

    private Golden() {
    }

    static Path file(String name) {
        return Path.of(Objects.requireNonNull(Golden.class.getResource(name), name).getPath());
    }

    static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(file(name));
    }

    /** The stored form of numbers that every type but BOOL and U8 can hold; 16-bit floats only of a few. */
    static ByteBuffer encode(DType dtype, double... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * dtype.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (double number : numbers) {
            switch (dtype) {
                case F64 -> bytes.putDouble(number);
                case F32 -> bytes.putFloat((float) number);
                case F16 -> bytes.putShort(F16_BITS.get(number).shortValue());
                case BF16 -> bytes.putShort((short) (Float.floatToIntBits((float) number) >>> 16));
                case I64 -> bytes.putLong((long) number);
                case I32 -> bytes.putInt((int) number);
                case I16 -> bytes.putShort((short) number);
                case I8, U8, BOOL -> bytes.put((byte) (int) number);
                default -> throw new AssertionError(dtype);
            }
        }
        return bytes.flip();
    }
}
