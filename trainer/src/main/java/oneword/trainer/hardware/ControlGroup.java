package oneword.trainer.hardware;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The memory that Linux's control groups leave to this process: a container, a batch system's job or a systemd unit is
 * ended when it passes its limit, however much the machine has.
 *
 * <pre>
 * /proc/self/cgroup           v2: 0::/GROUP          v1: 5:memory:/GROUP
 * /sys/fs/cgroup              v2: GROUP/memory.max, memory.current and memory.stat (inactive_file)
 * /sys/fs/cgroup/memory       v1: GROUP/memory.limit_in_bytes, memory.usage_in_bytes and memory.stat
 *                                 (total_inactive_file)
 * </pre>
 *
 * <p>Each group above may have a lower limit of its own; which groups have one is looked up once. Cached file pages
 * count as used but are given back first, so inactive ones are taken for free. Source: the kernel's
 * Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
 */
final class ControlGroup {

    /** A version's file names. */
    private enum Version {
        V2("", "memory.max", "memory.current", "inactive_file "),
        V1("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ");

        private final String controller;
        private final String limit;
        private final String usage;
        private final String inactive;

        Version(String controller, String limit, String usage, String inactive) {
            this.controller = controller;
            this.limit = limit;
            this.usage = usage;
            this.inactive = inactive;
        }
    }

    /** A group that has a limit. */
    private record Limited(Version version, Path group) {

        OptionalLong available() {
            OptionalLong limit = number(group.resolve(version.limit));
            OptionalLong usage = number(group.resolve(version.usage));
            if (limit.isEmpty() || usage.isEmpty()) {
                return OptionalLong.empty();
            }
            long inactive = lines(group.resolve("memory.stat"))
                .filter(line -> line.startsWith(version.inactive))
                .mapToLong(line -> Long.parseLong(line.substring(version.inactive.length()).strip()))
                .findFirst().orElse(0);
            return OptionalLong.of(Math.max(0, limit.getAsLong() - usage.getAsLong() + inactive));
        }
    }

    private final List<Limited> limited = new ArrayList<>();

    /**
     * Finds the groups of this process; on other systems than Linux there are none.
     *
     * @param membership {@code /proc/self/cgroup}
     * @param mount {@code /sys/fs/cgroup}
     */
    ControlGroup(Path membership, Path mount) {
        lines(membership).map(line -> line.split(":", 3)).filter(parts -> parts.length == 3).forEach(parts -> {
            if (parts[1].isEmpty()) {
                find(Version.V2, mount, parts[2]);
            } else if (List.of(parts[1].split(",")).contains(Version.V1.controller)) {
                find(Version.V1, mount, parts[2]);
            }
        });
    }

    /** Goes up from a group to the root, which in a container is the group itself, whatever the path says. */
    private void find(Version version, Path mount, String group) {
        Path root = mount.resolve(version.controller);
        for (Path path = root.resolve(group.replaceFirst("^(/+(\\.\\.)?)+", "")).normalize(); path.startsWith(root);
            path = path.getParent()) {
            if (number(path.resolve(version.limit)).isPresent()) {
                limited.add(new Limited(version, path));
            }
        }
    }

    /** Bytes that this process can still take before the tightest limit; empty where there is none. */
    OptionalLong available() {
        return limited.stream().flatMapToLong(group -> group.available().stream()).min();
    }

    /** The number in a file; empty where there is no file, the word {@code max}, or v1's number for no limit. */
    private static OptionalLong number(Path file) {
        return lines(file).map(String::strip).filter(line -> line.matches("\\d{1,18}")).mapToLong(Long::parseLong)
            .findFirst();
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.isReadable(file)
                ? Files.readString(file, StandardCharsets.ISO_8859_1).lines() : Stream.empty();
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
