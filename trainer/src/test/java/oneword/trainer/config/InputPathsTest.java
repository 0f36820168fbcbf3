package oneword.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputPathsTest {

    @TempDir
    private Path folder;
    private Path work;
    private Path home;
    private InputPaths paths;

    @BeforeEach
    void twoFolders() throws IOException {
        work = Files.createDirectory(folder.resolve("work"));
        home = Files.createDirectories(folder.resolve("home/configs")).getParent();
        paths = new InputPaths(work, home);
    }

    @Test
    void theWorkingDirectoryComesBeforeTheHomeFolder() throws IOException {
        Path inHome = Files.writeString(home.resolve("a.csv"), "");
        assertThat(paths.find("a.csv")).isEqualTo(inHome);
        Path inWork = Files.writeString(work.resolve("a.csv"), "");
        assertThat(paths.find("a.csv")).isEqualTo(inWork);
    }

    @Test
    void anAbsolutePathIsTakenAsItStands() throws IOException {
        Path file = Files.writeString(folder.resolve("x"), "");
        assertThat(paths.find(file.toString())).isEqualTo(file);
    }

    @Test
    void aMissSaysWhereItWasLookedFor() {
        assertThatThrownBy(() -> paths.find("no/such.csv")).isInstanceOf(ConfigException.class)
                .hasMessage("no/such.csv: no such file or folder; looked for " + work.resolve("no/such.csv") + ", "
                        + home.resolve("no/such.csv"));
    }

    @Test
    void aConfigurationIsAPathOrANameInConfigs() throws IOException {
        Path shipped = Files.writeString(home.resolve("configs/opt-2.7b.yaml"), "");
        assertThat(paths.findConfig("opt-2.7b.yaml")).isEqualTo(shipped);
        assertThat(paths.findConfig("opt-2.7b")).isEqualTo(shipped);
        assertThat(paths.findConfig("configs/opt-2.7b.yaml")).isEqualTo(shipped);
        Path own = Files.writeString(work.resolve("opt-2.7b.yaml"), "");
        assertThat(paths.findConfig("opt-2.7b.yaml")).isEqualTo(own);
    }

    @Test
    void aFolderIsNoConfiguration() throws IOException {
        Files.createDirectory(work.resolve("quickstart"));
        Path shipped = Files.writeString(home.resolve("configs/quickstart.yaml"), "");
        assertThat(paths.findConfig("quickstart")).isEqualTo(shipped);
    }

    @Test
    void aMissedConfigurationIsMetWithTheOnesThatExist() throws IOException {
        Files.writeString(home.resolve("configs/quickstart.yaml"), "");
        Files.writeString(home.resolve("configs/opt-125m.yaml"), "");
        assertThatThrownBy(() -> paths.findConfig("quikstart")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("quikstart: no such configuration; did you mean quickstart.yaml?")
                .hasMessageContaining("looked for " + work.resolve("quikstart") + ", " + home.resolve("quikstart"))
                .hasMessageEndingWith("there are opt-125m.yaml, quickstart.yaml in " + home.resolve("configs"));
    }
}
