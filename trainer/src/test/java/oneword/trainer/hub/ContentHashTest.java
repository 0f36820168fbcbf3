package oneword.trainer.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentHashTest {

    /** {@code git hash-object} of "what is up, doc?", as in the book Pro Git, chapter 10.2. */
    private static final String GIT = "bd9dbf5aae1a3862dd1526723246b20206e5fc37";
    /** FIPS 180-4's example: SHA-256 of "abc". */
    private static final String SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path folder;

    @Test
    void fortyDigitsAreGitsBlobId() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "what is up, doc?");

        assertThat(ContentHash.ofEtag(GIT).orElseThrow().ofFile(file).hex()).isEqualTo(GIT);
    }

    @Test
    void sixtyFourDigitsAreSha256() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "abc");

        assertThat(ContentHash.ofEtag(SHA256).orElseThrow().ofFile(file).hex()).isEqualTo(SHA256);
    }

    @Test
    void quotesAndTheMarkOfWeakEtagsAreDropped() {
        assertThat(ContentHash.ofEtag("\"" + GIT + "\"")).contains(new ContentHash(GIT));
        assertThat(ContentHash.ofEtag("W/\"" + GIT.toUpperCase() + "\"")).contains(new ContentHash(GIT));
    }

    @Test
    void anEtagThatIsNoHashIsNone() {
        assertThat(ContentHash.ofEtag("\"a2747756ada135a5ec7c5ba5c4f9f3fc-9\"")).isEmpty();
        assertThat(ContentHash.ofEtag("../../" + GIT)).isEmpty();
        assertThat(ContentHash.ofEtag("")).isEmpty();
    }
}
