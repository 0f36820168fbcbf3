package oneword.trainer.hub;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hub on a port of this machine, down to the bytes: what it sends is what the replies write, and then it hangs up.
 * A file is served as Hugging Face does: large ones by a redirect to another host's /cdn/, which serves ranges.
 */
final class FakeHub implements AutoCloseable {

    static final String ID = "facebook/opt-tiny";
    static final String COMMIT = "27dcfa74d334bc871f3234de431e71c6eeba5dd6";

    private final ServerSocket socket;
    private final Map<String, Deque<Reply>> replies = new ConcurrentHashMap<>();
    private final Map<String, Reply> standard = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<String> names = new TreeSet<>();

    /** A request; names of headers in lower case. */
    record Request(String method, String path, Map<String, String> headers) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** Writes an answer. */
    @FunctionalInterface
    interface Reply {
        void write(Request request, OutputStream out) throws IOException;
    }

    FakeHub() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "fake hub");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        while (true) {
            try {
                Socket connection = socket.accept();
                Thread thread = new Thread(() -> answer(connection), "fake hub connection");
                thread.setDaemon(true);
                thread.start();
            } catch (SocketException e) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void answer(Socket connection) {
        try (connection) {
            BufferedReader in = new BufferedReader(new InputStreamReader(connection.getInputStream(),
                StandardCharsets.ISO_8859_1));
            String first = in.readLine();
            if (first == null) {
                return;
            }
            Map<String, String> headers = new TreeMap<>();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
            }
            String[] words = first.split(" ");
            Request request = new Request(words[0], words[1], headers);
            requests.add(request);
            OutputStream out = connection.getOutputStream();
            reply(request).write(request, out);
            out.flush();
        } catch (IOException e) {
            // The client hung up, as some tests have it do.
            requests.size();
        }
    }

    private Reply reply(Request request) {
        Deque<Reply> special = replies.get(request.toString());
        if (special != null) {
            synchronized (special) {
                if (!special.isEmpty()) {
                    return special.removeFirst();
                }
            }
        }
        return standard.getOrDefault(request.toString(), status(404));
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    /** Adds a small file of the model; its ETag is git's blob id. */
    FakeHub small(String name, String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        Map<String, String> headers = Map.of("ETag", "\"" + gitHash(content) + "\"", "X-Repo-Commit", COMMIT);
        standard.put("HEAD " + file(name), ranges(content, headers));
        standard.put("GET " + file(name), ranges(content, headers));
        return list(name);
    }

    /** The same port under another host name, as the content delivery network is to the hub. */
    String cdnUrl() {
        return "http://localhost:" + socket.getLocalPort();
    }

    /** Adds a large file of the model; its X-Linked-Etag is its SHA-256, and it lies at {@link #cdnUrl}/cdn/. */
    FakeHub large(String name, byte[] content) {
        return large(name, content, cdnUrl());
    }

    /** Adds a large file of the model that lies at another host's /cdn/. */
    FakeHub large(String name, byte[] content, String cdn) {
        standard.put("HEAD " + file(name), link(content, cdn + "/cdn/" + name));
        standard.put("GET " + file(name), link(content, cdn + "/cdn/" + name));
        cdn(name, content);
        return list(name);
    }

    /** Serves content at /cdn/NAME. */
    FakeHub cdn(String name, byte[] content) {
        standard.put("GET /cdn/" + name, ranges(content, Map.of("ETag", "\"" + sha256(content) + "\"")));
        return this;
    }

    private FakeHub list(String name) {
        names.add(name);
        String[] all = names.toArray(String[]::new);
        return lists("main", all).lists(COMMIT, all);
    }

    /** Lists these files, and no others, at a revision. */
    FakeHub lists(String revision, String... files) {
        String siblings = Stream.of(files).map(file -> "{\"rfilename\":\"" + file + "\"}")
            .collect(Collectors.joining(","));
        String listing = "{\"id\":\"" + ID + "\",\"sha\":\"" + COMMIT + "\",\"siblings\":[" + siblings + "]}";
        return always("GET " + listing(revision), body(200, listing.getBytes(StandardCharsets.UTF_8)));
    }

    /** What is answered to the next such requests, one after the other, before it is the usual again. */
    FakeHub next(String request, Reply... answers) {
        replies.put(request, new ArrayDeque<>(List.of(answers)));
        return this;
    }

    /** What is answered to all such requests. */
    FakeHub always(String request, Reply answer) {
        standard.put(request, answer);
        return this;
    }

    List<Request> requests() {
        return requests;
    }

    List<Request> requests(String request) {
        return requests.stream().filter(seen -> seen.toString().equals(request)).toList();
    }

    static String file(String name) {
        return "/" + ID + "/resolve/" + COMMIT + "/" + name;
    }

    static String listing(String revision) {
        return "/api/models/" + ID + "/revision/" + revision;
    }

    static Reply status(int status, String... headers) {
        return (request, out) -> out.write(head(status, List.of(headers)));
    }

    static Reply link(byte[] content, String location) {
        return status(302, "Location: " + location, "X-Linked-Etag: \"" + sha256(content) + "\"",
            "X-Linked-Size: " + content.length, "X-Repo-Commit: " + COMMIT);
    }

    /** Serves content, and parts of it where the request's If-Range is the ETag. */
    static Reply ranges(byte[] content, Map<String, String> headers) {
        return (request, out) -> {
            List<String> lines = new ArrayList<>();
            headers.forEach((name, value) -> lines.add(name + ": " + value));
            String range = request.headers().get("range");
            boolean same = headers.getOrDefault("ETag", "").equals(
                request.headers().getOrDefault("if-range", headers.getOrDefault("ETag", "")));
            int from = 0;
            if (range != null && same) {
                from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
                if (from >= content.length) {
                    out.write(head(416, List.of("Content-Range: bytes */" + content.length)));
                    return;
                }
                lines.add("Content-Range: bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            }
            lines.add("Content-Length: " + (content.length - from));
            out.write(head(range != null && same ? 206 : 200, lines));
            if (!request.method().equals("HEAD")) {
                out.write(content, from, content.length - from);
            }
        };
    }

    /** Serves the whole content with a status and headers of the test's choice. */
    static Reply body(int status, byte[] content, String... headers) {
        return (request, out) -> {
            out.write(head(status, List.of(headers)));
            out.write(content);
        };
    }

    /** Hangs up once so many bytes of another reply's body are out. */
    static Reply dropAfter(int bytes, Reply reply) {
        return (request, out) -> {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            reply.write(request, whole);
            String text = whole.toString(StandardCharsets.ISO_8859_1);
            out.write(whole.toByteArray(), 0, Math.min(whole.size(), text.indexOf("\r\n\r\n") + 4 + bytes));
        };
    }

    private static byte[] head(int status, List<String> headers) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " as the test wants\r\nConnection: close\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static String sha256(byte[] content) {
        return hash("SHA-256", content);
    }

    static String gitHash(byte[] content) {
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        object.writeBytes(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
        object.writeBytes(content);
        return hash("SHA-1", object.toByteArray());
    }

    private static String hash(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
