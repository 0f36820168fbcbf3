package oneword.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/licences.md names every library that oneword runs with, at its version, and no other. */
class LicencesTest {

    private static final Path TABLE = Path.of(System.getProperty("oneword.root"), "docs", "licences.md");
    private static final Pattern ROW = Pattern.compile("\\| (\\S+-\\d\\S*) \\| (\\S+) \\| (\\S.*) \\|");
    private static final Pattern FOR_TESTS = Pattern.compile(
        "(junit|assertj|archunit|opentest4j|apiguardian|byte-buddy|surefire|oneword).*");
    /** The build for one platform of a library that there is for several. */
    private static final Pattern PLATFORM = Pattern.compile("-(linux|osx|win)-(x86_64|aarch64)$");

    @Test
    void theTableIsTheClassPath() throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String line : Files.readAllLines(TABLE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                listed.add(row.group(1));
            }
        }
        Set<String> present = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).getFileName().toString()).filter(name -> name.endsWith(".jar"))
            .map(name -> PLATFORM.matcher(name.substring(0, name.length() - ".jar".length())).replaceFirst(""))
            .filter(name -> !FOR_TESTS.matcher(name).matches())
            .collect(Collectors.toCollection(TreeSet::new));

        assertThat(listed).isEqualTo(present);
    }
}
