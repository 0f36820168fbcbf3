package oneword.trainer.embedding;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells models apart without reading all of their weights: SHA-256 over name, size and 64 evenly spaced blocks of
 * 64 KiB of each file that a model or adapter is made of, so over the whole of files up to 4 MiB. Another training
 * changes every weight of a matrix and is therefore seen; a change of a few single weights by hand may not be.
 */
public final class ModelFingerprint {

    private static final List<String> FILES = List.of(".json", ".safetensors", ".bin", "merges.txt");
    private static final int BLOCK = 1 << 16;
    private static final int BLOCKS = 64;

    private ModelFingerprint() {}

    /**
     * Reads a folder.
     *
     * @param folder of a model or an adapter
     * @return 16 hexadecimal digits
     * @throws EmbeddingException where it cannot be read
     */
    public static String of(Path folder) {
        try (Stream<Path> list = Files.list(folder)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<Path> files = list.filter(file -> FILES.stream().anyMatch(file.toString()::endsWith))
                .filter(Files::isRegularFile).sorted().toList();
            for (Path file : files) {
                add(file, digest);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException e) {
            throw new EmbeddingException(folder + ": cannot be read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void add(Path file, MessageDigest digest) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            digest.update((file.getFileName() + "\0" + size + "\0").getBytes(StandardCharsets.UTF_8));
            long step = Math.max(BLOCK, size / BLOCKS);
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            for (long at = 0; at < size; at += step) {
                channel.read(block.clear(), at);
                digest.update(block.flip());
            }
        }
    }
}
