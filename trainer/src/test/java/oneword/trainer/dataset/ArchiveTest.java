package oneword.trainer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import oneword.trainer.TrainerException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives from strangers: what is asked for arrives, and nothing else anywhere. */
class ArchiveTest {

    @TempDir
    private Path folder;

    /** Packs entries, name then content, into any format. */
    static byte[] packed(DatasetSource.Format format, String... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        switch (format) {
            case FILE -> bytes.writeBytes(entries[1].getBytes(StandardCharsets.UTF_8));
            case ZIP -> zip(bytes, entries);
            case TAR -> tar(bytes, entries);
            case TAR_GZ -> {
                try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
                    tar(zipped, entries);
                }
            }
            default -> throw new IllegalStateException();
        }
        return bytes.toByteArray();
    }

    private static void zip(OutputStream out, String... entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < entries.length; i += 2) {
                zip.putNextEntry(new ZipEntry(entries[i]));
                zip.write(entries[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void tar(OutputStream out, String... entries) throws IOException {
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (int i = 0; i < entries.length; i += 2) {
                byte[] content = entries[i + 1].getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(entries[i], true);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
    }

    private Archive archive(byte[] content, Map<String, String> take, long limit) throws IOException {
        return new Archive(Files.write(folder.resolve("archive"), content), take, folder.resolve("out"), limit);
    }

    @ParameterizedTest
    @EnumSource(value = DatasetSource.Format.class, names = {"TAR", "TAR_GZ", "ZIP"})
    void keepsWhatIsAskedForUnderItsNewName(DatasetSource.Format format) throws IOException {
        byte[] content = packed(format, "readme", "no", "./a/b.txt", "b", "a/deep/c.txt", "cc", "a/x.d", "d",
            "a/" + "long".repeat(60), "e", "empty/", "");

        archive(content, Map.of("a/", "t/", "a/x.", "u/y."), 100).unpack(format);

        assertThat(folder.resolve("out/t/b.txt")).hasContent("b");
        assertThat(folder.resolve("out/t/deep/c.txt")).hasContent("cc");
        assertThat(folder.resolve("out/u/y.d")).hasContent("d");
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/evil", "a/..", "a\\..\\evil", "C:evil", "a/\0evil"})
    void anEntryThatLeadsOutCondemnsTheArchive(String name) throws IOException {
        byte[] zip = packed(DatasetSource.Format.ZIP, "a/good", "good", name, "evil");

        assertThatThrownBy(() -> archive(zip, Map.of("a/", "a/"), 100).unpack(DatasetSource.Format.ZIP))
            .isInstanceOf(TrainerException.class).hasMessageContaining("leads out of it");
        assertThat(folder.resolve("evil")).doesNotExist();
        assertThat(folder.resolve("out/evil")).doesNotExist();
    }

    @Test
    void anEntryThatLeadsOutOfATarCondemnsIt() throws IOException {
        byte[] tar = packed(DatasetSource.Format.TAR, "a/../../evil", "evil");

        assertThatThrownBy(() -> archive(tar, Map.of("a/", "a/"), 100).unpack(DatasetSource.Format.TAR))
            .isInstanceOf(TrainerException.class).hasMessageContaining("'a/../../evil'");
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void linksAreNeverMade() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (byte kind : new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK}) {
                TarArchiveEntry link = new TarArchiveEntry("a/link" + kind, kind);
                link.setLinkName("/etc");
                tar.putArchiveEntry(link);
                tar.closeArchiveEntry();
            }
            TarArchiveEntry file = new TarArchiveEntry("a/file");
            file.setSize(1);
            tar.putArchiveEntry(file);
            tar.write('x');
            tar.closeArchiveEntry();
        }

        archive(bytes.toByteArray(), Map.of("a/", "a/"), 100).unpack(DatasetSource.Format.TAR);

        try (Stream<Path> files = Files.list(folder.resolve("out/a"))) {
            assertThat(files).containsExactly(folder.resolve("out/a/file"));
        }
    }

    @ParameterizedTest
    @EnumSource(DatasetSource.Format.class)
    void moreThanTheLimitIsNotWritten(DatasetSource.Format format) throws IOException {
        byte[] bomb = packed(format, "a/zeros", "0".repeat(1 << 20));
        Map<String, String> take = Map.of(format == DatasetSource.Format.FILE ? "" : "a/", "a/");

        assertThatThrownBy(() -> archive(bomb, take, 1 << 19).unpack(format)).isInstanceOf(TrainerException.class)
            .hasMessageContaining("more than the 524288 bytes");
    }

    @ParameterizedTest
    @EnumSource(value = DatasetSource.Format.class, names = {"TAR", "TAR_GZ", "ZIP"})
    void damagedAndForeignFilesAreNamed(DatasetSource.Format format) throws IOException {
        byte[] whole = packed(format, "a/b", "abcdefgh".repeat(500));
        byte[] half = Arrays.copyOf(whole, whole.length * 2 / 5);
        byte[] page = "<html>The server has moved.</html>".repeat(40).getBytes(StandardCharsets.UTF_8);

        for (byte[] content : new byte[][] {half, page, new byte[0]}) {
            assertThatThrownBy(() -> archive(content, Map.of("a/", "a/"), 10_000).unpack(format))
                .isInstanceOf(TrainerException.class).hasMessageContainingAll("archive: ", "(a web page?)");
        }
    }
}
