package oneword.trainer.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** File names and formats are those of the kernel's cgroup-v2.rst and cgroup-v1/memory.rst. */
class ControlGroupTest {

    @TempDir
    private Path system;

    private ControlGroup group(String membership) throws IOException {
        Path file = write("self", membership);
        return new ControlGroup(file, system.resolve("cgroup"));
    }

    private Path write(String file, String text) throws IOException {
        Path path = system.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    private void version2(String folder, String max, long current, long inactive) throws IOException {
        write("cgroup/" + folder + "memory.max", max + "\n");
        write("cgroup/" + folder + "memory.current", current + "\n");
        write("cgroup/" + folder + "memory.stat", "anon 1\nactive_file 7\ninactive_file " + inactive + "\nslab 3\n");
    }

    @Test
    void aGroupLeavesWhatItsLimitSaysAndWhatCachedFilesHold() throws IOException {
        version2("job/", "1000", 600, 50);
        assertThat(group("0::/job\n").available()).hasValue(450);
    }

    @Test
    void theTightestOfTheGroupsAboveCounts() throws IOException {
        version2("a/", "900", 800, 0);
        version2("a/b/", "max", 300, 0);
        version2("a/b/c/", "1000", 300, 0);
        assertThat(group("0::/a/b/c\n").available()).hasValue(100);
    }

    @Test
    void inAContainerTheRootIsTheGroupWhateverThePathSays() throws IOException {
        version2("", "1000", 990, 0);
        assertThat(group("0::/../../docker/0123\n").available()).hasValue(10);
        assertThat(group("0::/docker/0123\n").available()).hasValue(10);
    }

    @Test
    void withoutALimitNothingIsSaid() throws IOException {
        version2("job/", "max", 600, 50);
        assertThat(group("0::/job\n").available()).isEmpty();
        assertThat(group("0::/elsewhere\n").available()).isEmpty();
        assertThat(new ControlGroup(system.resolve("none"), system).available()).as("no Linux").isEmpty();
    }

    @Test
    void version1HasOtherNames() throws IOException {
        write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("cgroup/memory/memory.usage_in_bytes", "5000\n");
        write("cgroup/memory/job/memory.limit_in_bytes", "2000\n");
        write("cgroup/memory/job/memory.usage_in_bytes", "1900\n");
        write("cgroup/memory/job/memory.stat", "inactive_file 1\ntotal_inactive_file 300\n");
        assertThat(group("9:name=systemd:/\n5:cpuacct,memory:/job\n0::/\n").available()).hasValue(400);
    }

    @Test
    void whatIsLeftChangesWithTime() throws IOException {
        version2("job/", "1000", 100, 0);
        ControlGroup group = group("0::/job\n");
        version2("job/", "1000", 700, 0);
        assertThat(group.available()).hasValue(300);
        version2("job/", "1000", 1100, 0);
        assertThat(group.available()).as("over its limit").hasValue(0);
    }
}
