package oneword.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a real browser shows it. Skipped where no Chromium is on the PATH. */
class BrowserTest {

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final String CONSOLE = "CONSOLE";
    private static final int SECONDS = 90;

    @TempDir
    private Path folder;
    private String browser;

    /** What the browser made of a page, and what it said. */
    private record Rendered(String dom, String log) {}

    @BeforeEach
    void findBrowser() {
        Optional<Path> found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
            .filter(Files::isExecutable).findFirst();
        assumeTrue(found.isPresent(), "no Chromium on the PATH: the page is not looked at in a browser");
        browser = found.get().toString();
    }

    @Test
    void thePageRunsWithoutAComplaint() throws Exception {
        Rendered page = render(sample());

        assertThat(page.log()).doesNotContain(CONSOLE);
        assertThat(page.dom()).contains("data-ready=\"yes\"", "<title>sample · oneword</title>")
            .contains("id=\"loss\"", "id=\"scores\"", "id=\"pairs-0-after\"", "id=\"heat-after\"");
        assertThat(page.dom().split("class=\"save\"", -1)).as("a button for each chart").hasSize(1 + 9);
        assertThat(page.dom()).contains(">copy</button>", "class=\"shade\"");
    }

    @Test
    void thePointerTellsTheNumbersUnderIt() throws Exception {
        String touch = """
            <script>
            for (const chart of document.querySelectorAll('svg[data-frame]')) {
              const box = chart.getBoundingClientRect();
              const [left, top, right, bottom] = chart.dataset.frame.split(' ').map(Number);
              const view = chart.viewBox.baseVal;
              for (let part = 0.02; part < 1; part += 0.02) {
                chart.dispatchEvent(new PointerEvent('pointermove', {
                  clientX: box.left + box.width * (left + part * (right - left)) / view.width,
                  clientY: box.top + box.height * (top + part * (bottom - top)) / view.height}));
                const tip = chart.closest('.plot').querySelector('.tip');
                if (!tip.hidden) {
                  chart.dataset.told = tip.textContent.replace(/\\n/g, ' | ');
                }
              }
            }
            </script></body>""";
        String html = sample().replaceFirst("<meta http-equiv=[^>]*>", "").replace("</body>", touch);

        Rendered page = render(html);

        assertThat(page.log()).doesNotContain(CONSOLE);
        assertThat(told(page.dom(), "loss")).startsWith("step 39 | each step ").contains("moving average ");
        assertThat(told(page.dom(), "scores")).startsWith("step 40 | STSBenchmark-dev ");
        assertThat(told(page.dom(), "pairs-0-after")).startsWith("gold ").contains("cosine ");
        assertThat(told(page.dom(), "heat-after")).startsWith("cosine 1 | 4: ");
    }

    @Test
    void theContentPolicyStopsWhateverIsNotOurs() throws Exception {
        Rendered page = render(sample().replace("</body>", "<script>document.title = 'theirs'</script></body>"));

        assertThat(page.log()).contains(CONSOLE).contains("Content Security Policy");
        assertThat(page.dom()).contains("<title>sample · oneword</title>");
    }

    private String sample() {
        return new SampleRun(folder, "sample").steps(40, 10).results()
            .journal(RunJournal.Outcome.FINISHED, 40, null).html();
    }

    private static String told(String dom, String chart) {
        String start = dom.substring(dom.indexOf("id=\"" + chart + "\""));
        String attribute = "data-told=\"";
        String tag = start.substring(0, start.indexOf('>', start.indexOf("data-y=")));
        assertThat(tag).as(chart).contains(attribute);
        return tag.substring(tag.indexOf(attribute) + attribute.length());
    }

    private Rendered render(String html) throws IOException, InterruptedException {
        Path page = Files.writeString(folder.resolve("page.html"), html);
        File dom = folder.resolve("dom.html").toFile();
        File log = folder.resolve("browser.log").toFile();
        // The profile is the browser's own: its processes may write to it still when the test's folder is removed.
        Path profile = Files.createTempDirectory("oneword-browser");
        try {
            Process process = new ProcessBuilder(browser, "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--no-first-run", "--user-data-dir=" + profile, "--enable-logging=stderr",
                "--window-size=1200,900", "--dump-dom", page.toUri().toString())
                .redirectOutput(dom).redirectError(log).start();
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as("the browser ended by itself").isTrue();
            return new Rendered(Files.readString(dom.toPath()), Files.readString(log.toPath()));
        } finally {
            remove(profile);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        }
    }
}
