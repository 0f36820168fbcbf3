package oneword.lora.decoder;

import ai.djl.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The type that frozen weights are held and multiplied in. Adapters, moments, loss and cosines are always fp32. */
public enum Precision {
    /** IEEE single. */
    FP32(6, 4),
    /** bfloat16: fp32's range, 8 bits of significand. */
    BF16(15, 2),
    /** IEEE half; needs a loss scale, and on a CPU is 30 to 80 times slower than fp32. */
    FP16(5, 2);

    private final int scalarType;
    private final int bytes;

    Precision(int scalarType, int bytes) {
        this.scalarType = scalarType;
        this.bytes = bytes;
    }

    /** ATen's number of the scalar type. */
    public int scalarType() {
        return scalarType;
    }

    /** Bytes of one number. */
    public int bytes() {
        return bytes;
    }

    /** Name in configuration files. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A precision and the reason for it, in words for {@code doctor} and the log. */
    public record Choice(Precision precision, String reason) {}

    /** What {@code auto} means for training on a device: bf16 where the hardware multiplies it, else fp32 or fp16. */
    public static Choice auto(Device device) {
        if (device.isGpu()) {
            return new Choice(BF16, "the device is a GPU");
        }
        String flags = processorFlags();
        for (String flag : new String[] {"amx_bf16", "avx512_bf16"}) {
            if (flags.contains(" " + flag + " ")) {
                return new Choice(BF16, "the processor has " + flag);
            }
        }
        return new Choice(FP32, "the processor has neither avx512_bf16 nor amx_bf16");
    }

    private static String processorFlags() {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return "";
        }
        try {
            return Files.readString(info, StandardCharsets.ISO_8859_1).lines()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1) + " ")
                .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
