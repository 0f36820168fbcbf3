package oneword.trainer.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import oneword.trainer.TrainerException;

/**
 * Receives one file's content. What arrives goes straight to the partial file, so whatever ends the connection or the
 * process, the next try goes on from there (Range, with the ETag as If-Range). An answer that is at odds with itself
 * or with the size that the hub gave is not believed.
 */
final class Transfer {

    private static final long REAL_PROGRESS = 1 << 20;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final HubRepository repository;
    private final RemoteFile file;
    private final String commit;
    private final DownloadProgress progress;
    /** Whether to ask for the missing part only; not after a wrong answer to that. */
    private boolean ranges = true;
    /** Whether to ask on condition of the ETag; not a host that has ETags of its own. */
    private boolean conditional = true;

    Transfer(HubRepository repository, RemoteFile file, String commit, DownloadProgress progress) {
        this.repository = repository;
        this.file = file;
        this.commit = commit;
        this.progress = progress;
    }

    /** Writing failed: no network problem, and no use to try again. */
    private static final class WriteException extends IOException {
        private static final long serialVersionUID = 1L;

        WriteException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /**
     * Receives all of it.
     *
     * @param partial what has arrived so far, or a file that does not exist; a link to another file is replaced
     * @throws IOException where the partial file cannot be written
     */
    void into(Path partial, Attempts attempts) throws IOException, InterruptedException {
        if (Files.isSymbolicLink(partial) && (Files.isRegularFile(partial) || Files.notExists(partial))) {
            Files.delete(partial);
        }
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (file.size() >= 0 && channel.size() > file.size()) {
                channel.truncate(0);
            }
            long furthest = channel.size();
            boolean done = channel.size() == file.size();
            while (!done) {
                try {
                    done = attempt(channel);
                } catch (WriteException e) {
                    throw e;
                } catch (IOException e) {
                    if (channel.size() >= furthest + REAL_PROGRESS) {
                        furthest = channel.size();
                        attempts.progressed();
                    }
                    attempts.failed(e);
                }
            }
            channel.force(true);
        }
    }

    private boolean attempt(FileChannel channel) throws IOException, InterruptedException {
        long present = ranges ? channel.size() : 0;
        try (Answer answer = repository.open(commit, file.name(), headers(present))) {
            if (present > 0 && conditional && hasOwnEtags(answer)) {
                conditional = false;
                return false;
            }
            long start = answer.status() == 200 ? 0 : present;
            long end = end(answer, present);
            if (end > file.mostBytes()) {
                throw tooLarge();
            }
            if (start < channel.size()) {
                truncate(channel, start);
            }
            receive(answer.body(), channel, start, end);
            return true;
        }
    }

    private Map<String, String> headers(long present) {
        if (present == 0) {
            return Map.of();
        }
        String range = "bytes=" + present + "-";
        return conditional ? Map.of("Range", range, "If-Range", "\"" + file.hash().hex() + "\"")
            : Map.of("Range", range);
    }

    private boolean hasOwnEtags(Answer answer) {
        Optional<String> etag = answer.header("ETag");
        return answer.status() == 200 && etag.isPresent()
            && !etag.flatMap(ContentHash::ofEtag).equals(Optional.of(file.hash()));
    }

    private TrainerException tooLarge() {
        return new TrainerException(repository.what(file.name()) + ": has more than " + file.mostBytes()
            + " bytes, which no such file of a model has\n  This repository cannot be used.");
    }

    /** Where the body must end, -1 where nobody says. */
    private long end(Answer answer, long present) throws IOException {
        long announced = answer.length().orElse(-1);
        if (answer.status() == 200) {
            if (file.size() >= 0 && announced >= 0 && announced != file.size()) {
                throw new IOException(answer.host() + " announces " + announced + " bytes where the hub says "
                    + file.size());
            }
            return Math.max(file.size(), announced);
        }
        String range = answer.header("Content-Range").orElse("");
        Matcher match = CONTENT_RANGE.matcher(range);
        boolean right = answer.status() == 206 && present > 0 && match.matches();
        if (right) {
            long first = Long.parseLong(match.group(1));
            long last = Long.parseLong(match.group(2));
            long total = Long.parseLong(match.group(3));
            right = first == present && last == total - 1 && (file.size() < 0 || total == file.size())
                && (announced < 0 || announced == total - present);
            if (right) {
                return total;
            }
        }
        ranges = false;
        throw new IOException(answer.host() + " answers " + answer.status() + " (Content-Range '" + range
            + "') where bytes " + present + " to the end of " + file.size() + " were asked for");
    }

    private void receive(StreamedBody body, FileChannel channel, long start, long end)
            throws IOException, InterruptedException {
        long position = start;
        progress.advanced(file.name(), position, end);
        for (List<ByteBuffer> piece = body.next(); piece != null; piece = body.next()) {
            for (ByteBuffer bytes : piece) {
                if (end >= 0 && position + bytes.remaining() > end) {
                    truncate(channel, 0);
                    throw new IOException("more bytes came than the " + end + " there should be");
                }
                position = write(channel, bytes, position);
                if (position > file.mostBytes()) {
                    truncate(channel, 0);
                    throw tooLarge();
                }
            }
            progress.advanced(file.name(), position, end);
        }
        if (position < end) {
            throw new IOException("the connection ended after " + position + " of " + end + " bytes");
        }
    }

    private static long write(FileChannel channel, ByteBuffer bytes, long start) throws WriteException {
        long position = start;
        try {
            while (bytes.hasRemaining()) {
                position += channel.write(bytes, position);
            }
            return position;
        } catch (IOException e) {
            throw new WriteException(e);
        }
    }

    private static void truncate(FileChannel channel, long size) throws WriteException {
        try {
            if (channel.size() > size) {
                channel.truncate(size);
            }
        } catch (IOException e) {
            throw new WriteException(e);
        }
    }
}
