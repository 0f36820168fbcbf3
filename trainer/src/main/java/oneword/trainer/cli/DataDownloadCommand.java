package oneword.trainer.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
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

/** {@code oneword data download}. */
@Command(name = "download", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Fetch public data sets from where their authors put them. What is there already stays; each "
        + "archive is read as an evaluation would read it before it is put in place. Each set has its own licence.")
final class DataDownloadCommand implements Callable<Integer> {

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
