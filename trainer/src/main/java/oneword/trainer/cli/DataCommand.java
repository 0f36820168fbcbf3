package oneword.trainer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import oneword.data.nli.Columns;
import oneword.data.nli.Decontamination;
import oneword.data.nli.NliPairReader;
import oneword.data.nli.TripleFormation;
import oneword.data.nli.TripleReader;
import oneword.data.nli.TripleWriter;
import oneword.data.sts.StsProtocol;
import oneword.trainer.config.InputPaths;
import oneword.trainer.evaluation.TaskList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code oneword data}: fetches data sets and prepares training data. */
@Command(name = "data", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Fetch data sets and prepare training data.", synopsisSubcommandLabel = "COMMAND",
    subcommands = {DataDownloadCommand.class, DataCommand.Triples.class, DataCommand.Exclude.class})
final class DataCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There are: download, triples, exclude");
    }

    /** {@code oneword data triples}. */
    @Command(name = "triples", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
        description = "Form (premise, entailed, contradicted) triples from NLI pairs: SNLI and MNLI as published "
            + "(.jsonl or tab files), or a TSV with premise, hypothesis and label.")
    static final class Triples implements Callable<Integer> {

        @Option(names = "--input", paramLabel = "FILE", required = true, arity = "1..*",
            description = "NLI pairs; several files are read as one.")
        private List<Path> inputs;

        @Option(names = "--output", paramLabel = "FILE.csv|.jsonl", required = true,
            description = "Where the triples go: columns sent0, sent1, hard_neg.")
        private Path output;

        @Option(names = "--per-premise", paramLabel = "one|all", defaultValue = "one",
            description = "Triples of a premise: one drawn by the seed, or all its pairs (default: ${DEFAULT-VALUE}).")
        private TripleFormation.PerPremise perPremise;

        @Option(names = "--seed", defaultValue = "42", description = "Seed of the draw (default: ${DEFAULT-VALUE}).")
        private long seed;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            TripleFormation.Formed formed =
                new TripleFormation(perPremise, seed).form(NliPairReader.read(inputs));
            TripleWriter.write(output, formed.triples());
            spec.commandLine().getOut().println(describe(formed.counts()));
            spec.commandLine().getOut().flush();
            return 0;
        }

        private static String describe(TripleFormation.Counts counts) {
            return String.format(Locale.ROOT, """
                %,10d pairs read
                %,10d without a gold label (-)
                %,10d with an empty sentence
                %,10d duplicates
                %,10d whose hypothesis is the premise
                %,10d with several labels
                %,10d premises
                %,10d without an entailed hypothesis
                %,10d without a contradicted one
                %,10d triples""",
                counts.read(), counts.withoutGoldLabel(), counts.empty(), counts.duplicates(), counts.sameText(),
                counts.severalLabels(), counts.premises(), counts.withoutEntailment(), counts.withoutContradiction(),
                counts.triples());
        }
    }

    /** {@code oneword data exclude}. */
    @Command(name = "exclude", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
        description = "Leave out triples that share a sentence with evaluation sets, whatever its case, punctuation, "
            + "white space and tokenisation. Training does the same with data.exclude.")
    static final class Exclude implements Callable<Integer> {

        @Option(names = "--input", paramLabel = "FILE", required = true,
            description = "Triples: columns sent0, sent1 and, if there are hard negatives, hard_neg.")
        private Path input;

        @Option(names = "--against", paramLabel = "sts|dev|transfer|NAME,...|FILE.tsv", required = true,
            description = "The evaluation sets, named as evaluation tasks are; several with commas.")
        private String against;

        @Option(names = "--data", paramLabel = "DIR",
            description = "SentEval folder: the one that holds downstream/, or that one. Files need none.")
        private String data;

        @Option(names = "--output", paramLabel = "FILE.csv|.jsonl", required = true,
            description = "Where the other triples go.")
        private Path output;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            InputPaths paths = ModelOptions.paths();
            TaskList sets = TaskList.parse(against);
            Decontamination clean = Decontamination.of(TripleReader.read(input, Columns.DEFAULT, 0),
                TaskList.sentences(
                    sets.read(Optional.ofNullable(data).map(paths::find), StsProtocol.SENTEVAL, paths::find)));
            TripleWriter.write(output, clean.rows());
            spec.commandLine().getOut().println(clean.describe());
            spec.commandLine().getOut().flush();
            return 0;
        }
    }
}
