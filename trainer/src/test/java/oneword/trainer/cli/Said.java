package oneword.trainer.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import picocli.CommandLine;

/** What a command said and how it ended. */
record Said(int code, String out, String err) {

    /** The repository. */
    static final Path ROOT = Path.of(System.getProperty("oneword.root"));
    /** The model that comes with it. */
    static final String MODEL = ROOT.resolve("models/opt-mini").toString();

    static Said by(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine(new Main());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int code = line.execute(args);
        return new Said(code, out.toString(), err.toString());
    }
}
