package oneword.trainer.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileHashesTest {

    /** sha256sum of the three bytes "abc", FIPS 180-2. */
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    @TempDir
    private Path folder;

    private Path file(String text, FileTime changed) throws IOException {
        Path file = Files.writeString(folder.resolve("weights"), text);
        Files.setLastModifiedTime(file, changed);
        return file;
    }

    private FileHashes hashes() {
        return new FileHashes(folder.resolve("cache/hashes.json"));
    }

    @Test
    void aFileIsReadOnceAsLongAsItDoesNotChange() throws IOException {
        assertThat(hashes().of(file("abc", LONG_AGO))).isEqualTo(ABC);

        // Same size, same time: nobody reads it, so the hash is the remembered one.
        assertThat(hashes().of(file("xyz", LONG_AGO))).isEqualTo(ABC);
    }

    @Test
    void aFileOfAnotherTimeOrSizeIsReadAgain() throws IOException {
        String before = hashes().of(file("abc", LONG_AGO));
        String later =
            hashes().of(file("xyz", FileTime.from(LONG_AGO.toInstant().plus(Duration.ofNanos(1_000_000)))));
        String longer = hashes().of(file("abcd", LONG_AGO));

        assertThat(later).isNotEqualTo(before);
        assertThat(longer).isNotEqualTo(before).isNotEqualTo(later);
    }

    @Test
    void aFileThatHasJustChangedIsNotRemembered() throws IOException {
        FileTime now = FileTime.from(Instant.now());
        hashes().of(file("xyz", now));

        assertThat(hashes().of(file("abc", now))).isEqualTo(ABC);
    }

    @Test
    void brokenMemoriesCountAsNone() throws IOException {
        hashes().of(file("abc", LONG_AGO));
        Files.writeString(folder.resolve("cache/hashes.json"), "{\"/x\": ");

        assertThat(hashes().of(file("abc", LONG_AGO))).isEqualTo(ABC);
    }
}
