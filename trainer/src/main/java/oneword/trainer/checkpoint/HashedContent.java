package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A file's content that is measured on its way to the disk: what the manifest says is what was meant to be written,
 * whatever the disk made of it.
 */
final class HashedContent implements FileContent {

    private final FileContent content;
    private MessageDigest digest;
    private long size;

    HashedContent(FileContent content) {
        this.content = content;
    }

    @Override
    public void writeTo(WritableByteChannel out) throws IOException {
        digest = Sha256.digest();
        size = 0;
        content.writeTo(new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                ByteBuffer taken = bytes.duplicate();
                int count = out.write(bytes);
                digest.update(taken.limit(taken.position() + count));
                size += count;
                return count;
            }

            @Override
            public boolean isOpen() {
                return out.isOpen();
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        });
    }

    /** Bytes that were written. */
    long size() {
        return size;
    }

    /** Their SHA-256, 64 hexadecimal digits in lower case; asked once. */
    String sha256Hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
