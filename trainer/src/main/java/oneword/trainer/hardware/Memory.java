package oneword.trainer.hardware;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** Memory of the machine and of this process, in bytes. */
public final class Memory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MACHINE = Path.of("/proc/meminfo");

    private static final ControlGroup GROUP =
        new ControlGroup(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"));

    private Memory() {}

    /** Memory that the machine, or the container this process runs in, has in all. */
    public static long physical() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean known
            ? known.getTotalMemorySize() : Runtime.getRuntime().maxMemory();
    }

    /** The most that this process has held at once; empty where the system does not tell. */
    public static OptionalLong peak() {
        return kilobytes(STATUS, "VmHWM:");
    }

    /** What this process holds now; empty where the system does not tell. */
    public static OptionalLong resident() {
        return kilobytes(STATUS, "VmRSS:");
    }

    /**
     * What the system could still give, without what it would have to swap, and within the limits of this process's
     * control groups; empty where it does not tell.
     */
    public static OptionalLong available() {
        OptionalLong machine = kilobytes(MACHINE, "MemAvailable:");
        OptionalLong group = GROUP.available();
        return LongStream.concat(machine.stream(), group.stream()).min();
    }

    private static OptionalLong kilobytes(Path file, String key) {
        if (!Files.isReadable(file)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).lines()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Writes an amount for people, such as {@code 1.4 GiB}. */
    public static String format(long bytes) {
        if (bytes < 1L << 20) {
            return String.format(Locale.ROOT, "%d KiB", (bytes + 1023) >> 10);
        }
        return bytes < 1L << 30
            ? String.format(Locale.ROOT, "%.0f MiB", bytes / (double) (1L << 20))
            : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
