package oneword.trainer.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** SHA-256 of files and texts. */
public final class Sha256 {

    private Sha256() {}

    /**
     * Reads a whole file.
     *
     * @return 64 hexadecimal digits, lower case
     * @throws IOException if it cannot be read
     */
    public static String of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                DigestInputStream digest = new DigestInputStream(in, digest())) {
            byte[] buffer = new byte[1 << 16];
            int count = 0;
            while (count >= 0) {
                count = digest.read(buffer);
            }
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        }
    }

    /**
     * Takes texts one after another, each in UTF-8 and followed by a zero byte.
     *
     * @return 64 hexadecimal digits, lower case
     */
    public static String of(Stream<String> texts) {
        MessageDigest digest = digest();
        texts.forEachOrdered(text -> {
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
