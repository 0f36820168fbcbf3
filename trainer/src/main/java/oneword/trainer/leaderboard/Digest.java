package oneword.trainer.leaderboard;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 of things in memory; texts are preceded by their lengths, so that no two lists have the same bytes. */
final class Digest {

    private final MessageDigest sha256;

    Digest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String of(List<String> texts) {
        Digest digest = new Digest();
        texts.forEach(digest::add);
        return digest.hex();
    }

    Digest add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        sha256.update(bytes);
        return this;
    }

    Digest add(double number) {
        sha256.update(ByteBuffer.allocate(Double.BYTES).putDouble(0, number));
        return this;
    }

    /** 64 hexadecimal digits; nothing may be added after that. */
    String hex() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
