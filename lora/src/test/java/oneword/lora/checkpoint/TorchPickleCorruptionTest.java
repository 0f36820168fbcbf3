package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.Pickles.PROTOCOL;
import static oneword.lora.checkpoint.Pickles.bytes;
import static oneword.lora.checkpoint.Pickles.dict;
import static oneword.lora.checkpoint.Pickles.plain;
import static oneword.lora.checkpoint.Pickles.storage;
import static oneword.lora.checkpoint.Pickles.tensor;
import static oneword.lora.checkpoint.Pickles.text;
import static oneword.lora.checkpoint.Pickles.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchPickleCorruptionTest {
    private static final String OPCODES = "\u0080N\u0088\u0089)]}X\u008c\u008dKMJG"
            + "\u008a(t\u0085\u0086\u0087aesuqr\u0094hj\u0095c\u0093RbQ.\0\u00ff";
    private static final String MAGIC = PROTOCOL + "\u008a\12l\u00fc\u009cF\u00f9 j\u00a8P\31.";
    private static final String LEGACY = PROTOCOL + "M\u00e9\3.";
    private static final String SYSTEM = PROTOCOL + "}" + text("little_endian") + "\u0088s.";
    private static final String KEYS = PROTOCOL + "](" + text("0") + "e.";
    private static final String ELEMENTS = "\4\0\0\0\0\0\0\0\1\2\3\4";

    @TempDir
    private Path folder;
    private Path path;
    private HostileFiles hostile;

    @BeforeEach
    void nameTheFile() {
        path = folder.resolve("pytorch_model.bin");
        hostile = new HostileFiles(path, TorchPickleFile::open);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small.bin", "small_legacy.bin", "zip64.bin"})
    void everyTruncationIsRefused(String golden) throws IOException {
        hostile.requireRefusedAtEveryLength(Golden.bytes(golden));
    }

    @Test
    void everyFlippedBitOfALegacyFileIsReadOrRefused() throws IOException {
        byte[] bytes = Golden.bytes("small_legacy.bin");
        assertThat(hostile.refusedOfEveryBitFlipped(bytes, 0, bytes.length)).isGreaterThan(bytes.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small.bin", "zip64.bin"})
    void everyFlippedBitOfAZipDirectoryIsReadOrRefused(String golden) throws IOException {
        byte[] bytes = Golden.bytes(golden);
        int directory = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        assertThat(hostile.refusedOfEveryBitFlipped(bytes, directory, bytes.length))
                .isGreaterThan(bytes.length - directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small.bin", "zip64.bin"})
    void everyInvertedByteOfAZipFileIsReadOrRefused(String golden) throws IOException {
        byte[] bytes = Golden.bytes(golden);
        assertThat(hostile.refusedOfEveryByteInverted(bytes)).isBetween(bytes.length / 4, bytes.length - 1);
    }

    @Test
    void everyOpcodeInPlaceOfEveryByteIsReadOrRefused() throws IOException {
        byte[] bytes = bytes(MAGIC + LEGACY + SYSTEM + plain() + KEYS + ELEMENTS);
        hostile.tryInPlaceOfEveryByte(OPCODES, bytes, (MAGIC + LEGACY + SYSTEM).length(), bytes.length - 4);
    }

    @Test
    void theHandWrittenFilesOfTheseTestsAreRead() throws IOException {
        requireRead(zip(plain()), "all of a storage");
        requireRead(zip(dict(tensor("K\1", "K\1K\2\u0086", "K\7K\1\u0086"))), "part of a storage");
        requireRead(zip(dict(tensor("K\4", "K\0\u0085", "K\1\u0085"))), "no element, behind the last");
        requireRead(zip(PROTOCOL + "}."), "no tensor");
        requireRead(bytes(MAGIC + LEGACY + SYSTEM + plain() + KEYS + ELEMENTS), "legacy");
    }

    @Test
    void aTensorThatLeavesItsStorageIsRefused() throws IOException {
        String minusOne = "J\u00ff\u00ff\u00ff\u00ff";
        String huge = "\u008a\10\0\0\0\0\0\0\0\100";
        String one = "K\1\u0085";
        String four = "K\4\u0085";
        String[][] places = {
            {"K\0", "K\5\u0085", one}, {"K\1", four, one}, {"K\5", "K\0\u0085", one}, {minusOne, four, one},
            {huge, one, one}, {"K\0", minusOne + "\u0085", one}, {"K\3", four, minusOne + "\u0085"},
            {"K\0", "K\2\u0085", four}, {"K\0", "K\5\u0085", "K\0\u0085"}, {"K\0", "K\2\u0085", huge + "\u0085"},
            {"K\0", huge + huge + "\u0086", "K\0K\0\u0086"}, {"K\0", "K\2K\2\u0086", huge + huge + "\u0086"},
            {"K\0", four, ")"}, {"K\0", ")", one},
            {"K\0", "(" + "K\1".repeat(65) + "t", "(" + "K\1".repeat(65) + "t"}};
        for (String[] place : places) {
            requireRefused(zip(dict(tensor(place[0], place[1], place[2]))),
                    "does not lie in its storage of 4 elements");
        }
    }

    @Test
    void aStorageThatIsMissingOrOfAnotherSizeIsRefused() throws IOException {
        requireRefused(zip(Map.of("archive/data.pkl", plain())), "should have 4 bytes, found no such record");
        requireRefused(zip(Map.of("archive/data.pkl", plain(), "archive/data/0", "\1\2\3")), "found 3");
        requireRefused(zip(Map.of("archive/data.pkl", plain(), "archive/data/0", "\1\2\3\4\5")), "found 5");
        requireRefused(zip(Map.of("archive/data.pkl", plain(), "other/data/0", "\1\2\3\4")), "found no such record");
    }

    @Test
    void aStorageKeyIsNeverAPath() throws IOException {
        for (String key : new String[] {"../data/0", "./0", "../../../../etc/hostname", "/etc/hostname", "0\0"}) {
            String pickle = PROTOCOL + "}" + text("a") + storage("ctorch\nByteStorage\n", text(key), "K\4") + "s.";
            requireRefused(zip(pickle), "found no such record");
        }
    }

    @Test
    void entriesWithNamesThatLeadElsewhereAreOnlyNames() throws IOException {
        requireRead(zip(Map.of("archive/data.pkl", plain(), "archive/data/0", "\1\2\3\4", "archive/../../x", "y",
                "/etc/x", "y", "C:\\x", "y")), "unused entries");
        assertThat(folder.toFile().list()).containsExactly("pytorch_model.bin");
    }

    @Test
    void anArchiveMustHaveOnePickleInOneFolder() throws IOException {
        requireRefused(zip(Map.of("data.pkl", plain())), "one FOLDER/data.pkl, found 0");
        requireRefused(zip(Map.of("a/b/data.pkl", plain())), "one FOLDER/data.pkl, found 0");
        requireRefused(zip(Map.of("a/data.pkl", plain(), "b/data.pkl", plain())), "one FOLDER/data.pkl, found 2");
        requireRefused(zip(Map.of("x", "y")), "one FOLDER/data.pkl, found 0");
    }

    @Test
    void whatFollowsThePickleIsRefused() throws IOException {
        requireRefused(zip(plain() + " "), ", its pickle at ");
    }

    @Test
    void bigEndianNumbersAreRefused() throws IOException {
        requireRefused(zip(Map.of("a/data.pkl", plain(), "a/data/0", "\1\2\3\4", "a/byteorder", "big")),
                "little-endian");
        requireRead(zip(Map.of("a/data.pkl", plain(), "a/data/0", "\1\2\3\4", "a/byteorder", "little")), "little");
        requireRefused(bytes(MAGIC + LEGACY + SYSTEM.replace('\u0088', '\u0089') + plain() + KEYS + ELEMENTS),
                "little-endian");
    }

    @Test
    void twoEntriesOfOneNameAreRefused() throws IOException {
        byte[] bytes = zip(Map.of("archive/data.pkl", plain(), "archive/data/0", "\1\2\3\4", "archive/data/1", "\5"));
        String twice = new String(bytes, StandardCharsets.ISO_8859_1).replace("archive/data/1", "archive/data/0");
        requireRefused(bytes(twice), "two entries are named 'archive/data/0'");
    }

    @Test
    void entriesThatOverlapAreRefused() throws IOException {
        byte[] bytes = zip(Map.of("archive/data.pkl", plain(), "archive/data/0", "\1\2\3\4", "archive/data/1", "\5"));
        int central = centralHeader(bytes, "archive/data/0");
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(central + 20, 5).putInt(central + 24, 5);
        requireRefused(bytes, "entries 'archive/data/0' and 'archive/data/1' overlap");
    }

    @Test
    void entriesThatAreEncryptedOrCompressedAreRefused() throws IOException {
        byte[] bytes = zip(plain());
        bytes[8] = 8;
        requireRefused(bytes, "has no header like its directory entry");
        int central = centralHeader(bytes, "archive/data.pkl");
        bytes[central + 10] = 8;
        requireRefused(bytes, "entry 'archive/data.pkl' is compressed (method 8)");
        bytes[6] |= 1;
        bytes[central + 8] |= 1;
        requireRefused(bytes, "entry 'archive/data.pkl' is encrypted");
    }

    @Test
    void bytesBeforeOrBehindAnArchiveAreRefused() throws IOException {
        byte[] bytes = zip(plain());
        String archive = new String(bytes, StandardCharsets.ISO_8859_1);
        requireRefused(bytes("PK\3\4" + archive), "does not end at byte");
        requireRefused(bytes(archive + "x"), "the end of its directory is missing");
        requireRefused(bytes("#!/bin/sh\n" + archive), "begins neither as a zip archive nor as a pickle");
    }

    @Test
    void aLegacyFileThatDepartsFromTheGrammarIsRefused() throws IOException {
        String head = MAGIC + LEGACY + SYSTEM;
        String end = plain() + KEYS + ELEMENTS;
        requireRefused(bytes(LEGACY + LEGACY + SYSTEM + end), "torch's magic number");
        requireRefused(bytes(MAGIC + PROTOCOL + "M\u00ea\3." + SYSTEM + end), "file protocol 1001");
        requireRefused(bytes(MAGIC + LEGACY + LEGACY + end), "little-endian");
        requireRefused(bytes(MAGIC + LEGACY + SYSTEM + end + "x"), "the storages end at byte");
        requireRefused(bytes(head + plain() + KEYS + "\5" + ELEMENTS.substring(1)), "found 5");
        requireRefused(bytes(head + plain() + PROTOCOL + "]."), "the list of storages");
        requireRefused(bytes(head + plain() + KEYS.replace('0', '1') + ELEMENTS), "the list of storages");
        requireRefused(bytes(head + plain() + PROTOCOL + "](K\0e." + ELEMENTS), "the list of storages");
        requireRefused(bytes(head + plain() + PROTOCOL + "}." + ELEMENTS), "the list of storages");
    }

    @Test
    void aFileOfAnotherKindIsRefused() throws IOException {
        requireRefused(new byte[0], "begins neither");
        requireRefused(Golden.bytes("every_type.safetensors"), "begins neither");
        requireRefused(bytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
                "is a Git LFS pointer of 63 bytes");
    }

    @Test
    void aDictThatHoldsItselfIsRefused() throws IOException {
        requireRefused(zip(PROTOCOL + "}q\0" + text("a") + "h\0s."), "its entry 'a' is a dict");
    }

    private void requireRead(byte[] bytes, String what) throws IOException {
        assertThat(hostile.reads(bytes, what)).as(what).isTrue();
    }

    private void requireRefused(byte[] bytes, String reason) throws IOException {
        assertThat(hostile.reads(bytes, reason)).as(reason).isFalse();
        assertThatThrownBy(() -> TorchPickleFile.open(path)).hasMessageContaining(reason);
    }

    private static int centralHeader(byte[] zip, String name) {
        return new String(zip, StandardCharsets.ISO_8859_1).lastIndexOf(name) - 46;
    }
}
