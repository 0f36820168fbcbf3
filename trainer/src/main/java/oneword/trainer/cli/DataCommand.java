package oneword.trainer.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import oneword.data.nli.NliPairReader;
import oneword.data.nli.TripleFormation;
import oneword.data.nli.TripleWriter;
import oneword.trainer.dataset.DatasetDownload;
import oneword.trainer.dataset.DatasetSource;
import oneword.trainer.hub.WebDownload;
import oneword.trainer.progress.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code oneword data}: fetches data sets and prepares training data. */
@Command(name = "data", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Fetch data sets and prepare training data.", synopsisSubcommandLabel = "COMMAND",
    subcommands = {DataCommand.Download.class, DataCommand.Triples.class})
final class DataCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? There are: download, triples");
    }

    /** {@code oneword data download}. */
    @Command(name = "download", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
        description = "Fetch public data sets from where their authors put them. What is there already stays; each "
            + "archive is read as an evaluation would read it before it is put in place. Each set has its own licence.")
    static final class Download implements Callable<Integer> {

        private static final String SENTEVAL = "SentEval/data";

        @Parameters(paramLabel = "SET", arity = "1..*",
            description = "sts (SentEval's files, and the sets as published for --protocol mteb), transfer (the seven "
                + "transfer tasks), nli (nli_for_simcse.csv, ready for data.train), snli, mnli (as published, for "
                + "`oneword data triples`).")
        private List<String> sets;

        @Option(names = "--output", paramLabel = "DIR",
            description = "Where to (default: SentEval/data for sts and transfer, which then holds downstream and raw; "
                + "the working directory for all others).")
        private Path output;

        @Option(names = "--from", paramLabel = "DIR",
            description = "Folder with files that were fetched by hand, named as on the web: these are not downloaded.")
        private Path from;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            List<DatasetSource> all = DatasetSource.all();
            List<String> known = all.stream().flatMap(source -> source.sets().stream()).distinct().toList();
            for (String set : sets) {
                if (!known.contains(set)) {
                    throw new ParameterException(spec.commandLine(), "Unknown set '" + set + "'. There are: "
                        + String.join(", ", known));
                }
            }
            if (from != null && !Files.isDirectory(from)) {
                throw new ParameterException(spec.commandLine(), "--from: " + from + " is not a folder");
            }
            DatasetDownload download = new DatasetDownload(
                new WebDownload(System.getenv(), Screen.stderr()::println, new Downloads(Screen.stderr())),
                Screen.stderr()::println);
            Map<Path, Set<DatasetSource>> wanted = new LinkedHashMap<>();
            for (String set : sets) {
                boolean evaluated = set.equals("sts") || set.equals("transfer");
                Path place = output != null ? output : Path.of(evaluated ? SENTEVAL : "");
                all.stream().filter(source -> source.sets().contains(set))
                    .forEach(wanted.computeIfAbsent(place, key -> new LinkedHashSet<>())::add);
            }
            for (Map.Entry<Path, Set<DatasetSource>> place : wanted.entrySet()) {
                download.fetch(List.copyOf(place.getValue()), place.getKey(), Optional.ofNullable(from));
            }
            wanted.keySet().forEach(place ->
                spec.commandLine().getOut().println(place.toAbsolutePath().normalize()));
            spec.commandLine().getOut().flush();
            return 0;
        }
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
}
