package oneword.trainer.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import oneword.trainer.cli.Main;
import oneword.trainer.report.RunReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The access token, in the environment of a real process: sent to the hub, and written nowhere. */
class TokenSecrecyTest {

    private static final Path ROOT = Path.of(System.getProperty("oneword.root"));
    private static final String TOKEN = "hf_thisIsTheSecretOfThisTest";

    @TempDir
    private Path folder;

    @Test
    void aRunWithADownloadedModelKeepsItToItself() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("triples.csv"), "sent0,sent1,hard_neg\nA man eats.,He eats.,He sleeps.\n");
        Files.writeString(folder.resolve("run.yaml"), """
            model: {name: facebook/opt-tiny}
            data: {train: triples.csv}
            training: {max_steps: 1, batch_size: 1}
            run: {name: told}
            """);
        try (FakeHub hub = new FakeHub()) {
            Path model = ROOT.resolve("models/opt-mini");
            hub.small("config.json", Files.readString(model.resolve("config.json")))
                .small("tokenizer.json", Files.readString(model.resolve("tokenizer.json")))
                .large("model.safetensors", Files.readAllBytes(model.resolve("model.safetensors")));

            String said = oneword(hub, 0, "train", "--config", "run.yaml", "--verbose");

            assertThat(hub.requests()).anyMatch(request ->
                ("Bearer " + TOKEN).equals(request.headers().get("authorization")));
            assertThat(said).contains("facebook/opt-tiny").doesNotContain(TOKEN).doesNotContain("Bearer");
        }
        Path run = folder.resolve("runs/told");
        RunReport.write(run);
        assertThat(filesBelow(run)).extracting(file -> file.getFileName().toString())
            .contains("log.txt", "environment.json", "config.yaml", "results.json", "report.html");
        assertThat(filesBelow(folder)).allSatisfy(file ->
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(TOKEN));
    }

    @Test
    void theTraceOfARefusalDoesNotShowIt() throws IOException, InterruptedException {
        try (FakeHub hub = new FakeHub()) {
            hub.always("GET " + FakeHub.listing("main"), (request, out) -> {
                byte[] echo = request.headers().toString().getBytes(StandardCharsets.UTF_8);
                FakeHub.body(401, echo, "X-Error-Message: " + request.headers().get("authorization"))
                    .write(request, out);
            });

            String said = oneword(hub, 1, "embed", "--model", FakeHub.ID, "--input", "run.yaml", "--output", "v.npy",
                "--verbose");

            assertThat(said).contains("the hub refuses access (401)", "at oneword.trainer.hub")
                .doesNotContain(TOKEN).doesNotContain("Bearer");
        }
    }

    private String oneword(FakeHub hub, int code, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
            "-Doneword.home=" + ROOT, "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments));
        Path said = folder.resolve("said.txt");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
            .redirectOutput(said.toFile());
        builder.environment().put("HF_TOKEN", TOKEN);
        builder.environment().put("HF_ENDPOINT", hub.url());
        builder.environment().put("HF_HUB_CACHE", folder.resolve("cache").toString());
        Process process = builder.start();
        int found = process.waitFor();
        assertThat(found).as(Files.readString(said)).isEqualTo(code);
        return Files.readString(said);
    }

    private static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
