package oneword.trainer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import oneword.data.sts.StsReader;
import oneword.data.transfer.TransferReader;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.Sha256;
import oneword.trainer.hub.DownloadProgress;
import oneword.trainer.hub.WebDownload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A web server on this machine, with data sets as small as can be. */
class DatasetDownloadTest {

    private static final String[] SENTIMENT = {"SST/binary/sentiment-train", "good\t1\nbad\t0\n",
        "SST/binary/sentiment-dev", "fine\t1\n", "SST/binary/sentiment-test", "dull\t0\n", "elsewhere/x", "x"};

    @TempDir
    private Path folder;
    private Path output;
    private HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        output = folder.resolve("data");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI().getPath());
            byte[] content = files.get(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(content == null ? 404 : 200, content == null ? -1 : content.length);
            if (content != null) {
                exchange.getResponseBody().write(content);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private DatasetSource sst(Optional<String> sha256, int examples, String... paths) {
        return new DatasetSource("sst", List.of("transfer"), Stream.of(paths).map(this::address).toList(), sha256,
            "free", DatasetSource.Format.TAR, Map.of("SST/", "downstream/SST/"), Map.of("SST2", examples), Map.of(),
            Map.of(), Map.of());
    }

    private void fetch(DatasetSource... sources) throws InterruptedException {
        fetch(Optional.empty(), sources);
    }

    private void fetch(Optional<Path> from, DatasetSource... sources) throws InterruptedException {
        new DatasetDownload(new WebDownload(Map.of(), lines::add, DownloadProgress.NONE), lines::add)
            .fetch(List.of(sources), output, from);
    }

    private List<Path> present() throws IOException {
        if (!Files.exists(output)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(output)) {
            return all.filter(Files::isRegularFile).map(output::relativize).toList();
        }
    }

    @Test
    void aSetIsFetchedCheckedUnpackedAndRecordedOnce() throws Exception {
        byte[] tar = ArchiveTest.packed(DatasetSource.Format.TAR, SENTIMENT);
        files.put("/new/sst.tar", tar);
        DatasetSource source = sst(Optional.empty(), 4, "/old/sst.tar", "/new/sst.tar");

        fetch(source);
        fetch(source);

        assertThat(requests).containsExactly("/old/sst.tar", "/new/sst.tar");
        assertThat(TransferReader.read("SST2", output).train()).hasSize(2);
        assertThat(lines).last().asString().isEqualTo("sst: already in " + output);
        assertThat(present()).hasSize(4);
        JsonNode record = new ObjectMapper().readTree(output.resolve("downloads.json").toFile()).get("sst");
        assertThat(record.get("from").textValue()).isEqualTo(address("/new/sst.tar").toString());
        assertThat(record.get("bytes").intValue()).isEqualTo(tar.length);
        assertThat(record.get("sha256").textValue())
            .isEqualTo(Sha256.of(Files.write(folder.resolve("tar"), tar)));
    }

    @Test
    void aWrongChecksumOrContentLeavesNothingBehind() throws Exception {
        byte[] tar = ArchiveTest.packed(DatasetSource.Format.TAR, SENTIMENT);
        files.put("/sst.tar", tar);
        String sha256 = Sha256.of(Files.write(folder.resolve("tar"), tar));

        assertThatThrownBy(() -> fetch(sst(Optional.of(HexFormat.of().formatHex(new byte[32])), 4, "/sst.tar")))
            .isInstanceOf(TrainerException.class).hasMessageContainingAll("wrong checksum", "0".repeat(64), sha256);
        assertThatThrownBy(() -> fetch(sst(Optional.of(sha256), 5, "/sst.tar"))).isInstanceOf(TrainerException.class)
            .hasMessageContaining("SST2: expected 5 examples, found 4");
        assertThat(present()).isEmpty();

        fetch(sst(Optional.of(sha256), 4, "/sst.tar"));
        assertThat(present()).hasSize(4);
    }

    @Test
    void anArchiveThatLeadsOutIsRefusedWhole() throws Exception {
        files.put("/sst.tar", ArchiveTest.packed(DatasetSource.Format.TAR, "SST/binary/sentiment-train", "good\t1\n",
            "SST/../../../evil", "x"));

        assertThatThrownBy(() -> fetch(sst(Optional.empty(), 4, "/sst.tar"))).isInstanceOf(TrainerException.class)
            .hasMessageContaining("SST/../../../evil");
        assertThat(present()).isEmpty();
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void whatCannotBeHadIsNamedWithAddressesAndAWayByHand() throws Exception {
        files.put("/sst.tar", ArchiveTest.packed(DatasetSource.Format.TAR, SENTIMENT));
        DatasetSource gone = new DatasetSource("nli", List.of("nli"), List.of(address("/a/nli.csv"), address("/b.csv")),
            Optional.empty(), "free", DatasetSource.Format.FILE, Map.of("", "nli.csv"), Map.of(), Map.of(), Map.of(),
            Map.of("nli.csv", "sent0,sent1"));

        assertThatThrownBy(() -> fetch(gone, sst(Optional.empty(), 4, "/sst.tar")))
            .isInstanceOf(TrainerException.class).hasMessageContainingAll("1 of 2 sources", "nli: ",
                address("/a/nli.csv") + ": 127.0.0.1 answers 404", address("/b.csv").toString(), "--from FOLDER",
                address("/a/nli.csv") + " (goes to " + output.resolve("nli.csv") + ")");
        assertThat(present()).hasSize(4);

        Path byHand = Files.createDirectory(folder.resolve("by-hand"));
        Files.writeString(byHand.resolve("nli.csv"), "<html>");
        assertThatThrownBy(() -> fetch(Optional.of(byHand), gone)).isInstanceOf(TrainerException.class)
            .hasMessageContainingAll(byHand.resolve("nli.csv").toString(), "expected to begin with 'sent0,sent1'");
        Files.writeString(byHand.resolve("nli.csv"), "sent0,sent1,hard_neg\na,b,c\n");
        fetch(Optional.of(byHand), gone);
        assertThat(output.resolve("nli.csv")).hasContent("sent0,sent1,hard_neg\na,b,c\n");
        assertThat(byHand.resolve("nli.csv")).exists();
    }

    @Test
    void offlineTheMessageStillSaysWhatToFetchByHand() {
        DatasetDownload offline = new DatasetDownload(
            new WebDownload(Map.of("HF_HUB_OFFLINE", "1"), lines::add, DownloadProgress.NONE), lines::add);

        assertThatThrownBy(() -> offline.fetch(List.of(sst(Optional.empty(), 4, "/sst.tar")), output, Optional.empty()))
            .isInstanceOf(TrainerException.class).hasMessageContainingAll("sst: not fetched, since HF_HUB_OFFLINE is",
                address("/sst.tar") + " (goes to " + output.resolve("downstream/SST"), "--from FOLDER");
        assertThat(requests).isEmpty();
    }

    @Test
    void linesAreCounted() throws Exception {
        files.put("/x.zip", ArchiveTest.packed(DatasetSource.Format.ZIP, "d/x.jsonl", "1\n2\n3"));
        for (int expected : new int[] {4, 3}) {
            DatasetSource source = new DatasetSource("x", List.of("x"), List.of(address("/x.zip")), Optional.empty(),
                "free", DatasetSource.Format.ZIP, Map.of("d/x.jsonl", "x.jsonl"), Map.of(), Map.of(),
                Map.of("x.jsonl", expected), Map.of());
            if (expected == 4) {
                assertThatThrownBy(() -> fetch(source)).isInstanceOf(TrainerException.class)
                    .hasMessageContaining("expected 4 lines, found 3");
            } else {
                fetch(source);
                assertThat(output.resolve("x.jsonl")).hasContent("1\n2\n3");
            }
        }
    }

    @Test
    void theSourcesOfEverySetAreKnown() {
        List<DatasetSource> all = DatasetSource.all();

        assertThat(all.stream().flatMap(source -> source.sets().stream()).distinct())
            .containsExactlyInAnyOrder("sts", "transfer", "nli", "snli", "mnli");
        assertThat(all).allSatisfy(source -> {
            assertThat(source.addresses()).isNotEmpty()
                .allMatch(address -> address.getScheme().startsWith("http") && address.getHost() != null);
            assertThat(source.licence()).isNotBlank();
            assertThat(source.senteval().size() + source.mteb().size() + source.lines().size()
                + source.begins().size()).isPositive();
        });
        assertThat(all.stream().filter(source -> source.sets().contains("transfer"))
            .flatMap(source -> source.senteval().keySet().stream())).containsAll(TransferReader.TASKS);
        for (boolean mteb : new boolean[] {false, true}) {
            assertThat(all.stream().filter(source -> source.sets().contains("sts"))
                .flatMap(source -> (mteb ? source.mteb() : source.senteval()).keySet().stream()))
                .containsAll(StsReader.STS.subList(0, 6));
        }
    }
}
