package oneword.trainer.report;

import java.io.IOException;
import java.nio.file.Path;
import oneword.trainer.checkpoint.FileContent;
import oneword.trainer.checkpoint.Storage;

/**
 * {@code report.html}: a run on one page that needs no network, drawn from the run's folder alone.
 *
 * <p>The charts are static SVG, so the page is whole without scripts; the script adds what lies under the pointer, a
 * button that saves a chart, another for dark and light. Long curves are thinned; home folders and tokens are left out.
 */
public final class RunReport {

    /** The file's name in a run's folder. */
    public static final String FILE_NAME = "report.html";

    private RunReport() {}

    /**
     * Makes a report and puts it into the run's folder.
     *
     * @param run the folder of a run that is finished, stopped, failed or at work
     * @return the file
     * @throws ReportException if the run cannot be read or the report cannot be written
     */
    public static Path write(Path run) {
        return write(run, run.resolve(FILE_NAME));
    }

    /**
     * Makes a report.
     *
     * @param run the folder of a run that is finished, stopped, failed or at work
     * @param output where to; replaced in one step
     * @return the file
     * @throws ReportException if the run cannot be read or the report cannot be written
     */
    public static Path write(Path run, Path output) {
        String html = html(RunHistory.read(run, Redaction.ofThisProcess()));
        try {
            Path folder = output.toAbsolutePath().getParent();
            Storage.files().createFolder(folder);
            Storage.files().replace(output, FileContent.of(html));
            return output;
        } catch (IOException e) {
            throw new ReportException("cannot write the report to " + output + ": " + e.getMessage(), e);
        }
    }

    static String html(RunHistory run) {
        Page page = new Page();
        new Overview(page, run).write();
        new ScoreSection(page, run).write();
        new CurveSection(page, run).write();
        new PairSection(page, run).write();
        new SentenceSection(page, run).write();
        new ProvenanceSection(page, run).write();
        page.body().open("footer").text("Made by oneword from the run's folder. Charts show the numbers of "
            + "metrics.jsonl, results.json and report.json.").close().line();
        return page.html(run.name() + " · oneword");
    }
}
