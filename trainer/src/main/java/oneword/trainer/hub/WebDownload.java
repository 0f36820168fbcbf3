package oneword.trainer.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import oneword.trainer.TrainerException;

/**
 * Fetches one file by its address. A connection that breaks is taken up where it ended, as long as the server says by
 * an ETag or a date that the file is still the same. Addresses at huggingface.co go to HF_ENDPOINT, with the access
 * token if there is one; no other host ever sees it. Unlike a model's files there is no checksum that the server knows.
 */
public final class WebDownload {

    private static final String HUB = "huggingface.co";
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final HubEnvironment environment;
    private final Patience patience;
    private final Consumer<String> lines;
    private final DownloadProgress progress;

    /**
     * Prepares downloads.
     *
     * @param variables the environment: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and their like
     * @param lines hears of failures that are tried again
     * @param progress hears how far a file is, under the last part of its address
     */
    public WebDownload(Map<String, String> variables, Consumer<String> lines, DownloadProgress progress) {
        this(variables, lines, progress, Patience.STANDARD);
    }

    WebDownload(Map<String, String> variables, Consumer<String> lines, DownloadProgress progress, Patience patience) {
        environment = new HubEnvironment(variables);
        this.lines = lines;
        this.progress = progress;
        this.patience = patience;
    }

    /**
     * The variable that forbids the network.
     *
     * @return such as HF_HUB_OFFLINE, if it is set
     */
    public Optional<String> offline() {
        return environment.offline();
    }

    /**
     * Fetches a file.
     *
     * @param address http or https
     * @param target where its content goes; replaced if it exists
     * @param limit most bytes it may have
     * @throws TrainerException if it cannot be had whole; the message begins with the address
     * @throws InterruptedException if the thread is interrupted
     */
    public void fetch(URI address, Path target, long limit) throws InterruptedException {
        environment.offline().ifPresent(variable -> {
            throw new TrainerException(address + ": not fetched, since " + variable + " is set");
        });
        boolean atHub = HUB.equals(address.getHost());
        URI endpoint = atHub ? environment.endpoint() : URI.create(address.getScheme() + "://"
            + address.getRawAuthority());
        URI uri = atHub ? URI.create(endpoint + address.getRawPath()) : address;
        HubHttp http = new HubHttp(endpoint, atHub ? environment.token() : Optional.empty(), patience);
        Attempts attempts = new Attempts(patience, lines, address.toString(), "Is the network within reach?");
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
            Optional<String> version = Optional.empty();
            while (true) {
                long present = version.isPresent() ? channel.size() : 0;
                try (Answer answer = http.send("GET", uri, present == 0 ? Map.of()
                    : Map.of("Range", "bytes=" + present + "-", "If-Range", version.get()))) {
                    accept(answer, address);
                    version = answer.header("ETag").filter(etag -> etag.startsWith("\""))
                        .or(() -> answer.header("Last-Modified"));
                    receive(answer, channel, answer.status() == 206 ? present : 0, address, limit);
                    return;
                } catch (IOException e) {
                    if (channel.size() > present) {
                        attempts.progressed();
                    }
                    attempts.failed(e);
                }
            }
        } catch (IOException e) {
            throw new TrainerException(target + ": cannot be written: " + e.getMessage()
                + "\n  Make room there, mend its permissions, or name another folder with --output.", e);
        }
    }

    private static void accept(Answer answer, URI address) throws IOException {
        int status = answer.status();
        if (status == 200 || status == 206) {
            return;
        }
        if (PASSING.contains(status)) {
            throw new ServerBusyException(answer.host() + " answers " + status, Optional.empty());
        }
        throw new TrainerException(address + ": " + answer.host() + " answers " + status
            + (status == 404 || status == 410 ? ": the file is no longer there" : ""));
    }

    private void receive(Answer answer, FileChannel channel, long start, URI address, long limit)
            throws IOException, InterruptedException {
        String name = address.getPath().substring(address.getPath().lastIndexOf('/') + 1);
        long end = answer.length().isPresent() ? start + answer.length().getAsLong() : -1;
        if (start > 0 && !answer.header("Content-Range").orElse("").startsWith("bytes " + start + "-")) {
            channel.truncate(0);
            throw new IOException(answer.host() + " sends another part than the one asked for");
        }
        channel.truncate(start);
        long position = start;
        progress.advanced(name, position, end);
        for (List<ByteBuffer> piece = answer.body().next(); piece != null; piece = answer.body().next()) {
            for (ByteBuffer bytes : piece) {
                if (position + bytes.remaining() > limit) {
                    throw new TrainerException(address + ": has more than the " + limit + " bytes that are allowed");
                }
                while (bytes.hasRemaining()) {
                    position += channel.write(bytes, position);
                }
            }
            progress.advanced(name, position, end);
        }
        if (position < end) {
            throw new IOException("the connection ended after " + position + " of " + end + " bytes");
        }
    }
}
