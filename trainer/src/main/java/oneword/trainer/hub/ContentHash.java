package oneword.trainer.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The hash that a hub gives as a file's ETag, and the blob's name in the cache: SHA-256 of the content (64 hexadecimal
 * digits) for large files, git's blob id, SHA-1 of {@code "blob SIZE\0"} and the content (40 digits), for all others.
 *
 * @param hex the digits, lower case
 */
record ContentHash(String hex) {

    private static final Pattern ETAG = Pattern.compile("(?:W/)?\"?([0-9a-fA-F]{64}|[0-9a-fA-F]{40})\"?");
    private static final int SHA256_DIGITS = 64;
    private static final int BUFFER = 1 << 20;

    /** The hash in an ETag header's value; none where the value is something else. */
    static Optional<ContentHash> ofEtag(String etag) {
        var match = ETAG.matcher(etag.strip());
        return match.matches() ? Optional.of(new ContentHash(match.group(1).toLowerCase(Locale.ROOT)))
            : Optional.empty();
    }

    /** The hash of the same kind of a file's content. */
    ContentHash ofFile(Path file) throws IOException {
        MessageDigest digest = digest(algorithm());
        if (hex.length() != SHA256_DIGITS) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        try (InputStream content = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return new ContentHash(HexFormat.of().formatHex(digest.digest()));
    }

    /** What it is called in messages. */
    String kind() {
        return hex.length() == SHA256_DIGITS ? "SHA-256" : "git blob SHA-1";
    }

    private String algorithm() {
        return hex.length() == SHA256_DIGITS ? "SHA-256" : "SHA-1";
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
