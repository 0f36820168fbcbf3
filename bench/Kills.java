import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Kills training runs at random moments, resumes them until they are finished, and compares everything they leave with
 * what the same run leaves undisturbed: adapter, moments and state bit for bit, every metric and every TensorBoard value
 * but the times.
 *
 * <pre>
 * ./oneword --version                                             # builds the program
 * java -cp trainer/target/oneword.jar bench/Kills.java --kills 100 --seed 1
 * </pre>
 *
 * <p>{@code --signal KILL|TERM|INT|ANY} chooses how to end them; after TERM and INT the exit code is checked, too.
 * {@code --aim} sends the signal just after a file with a leading dot has appeared, which is while something is being
 * written. {@code --variants fp32-off,fp32-on,bf16-off,bf16-on} chooses precisions and gradient caches. {@code --ci}
 * prints only what {@code .ci/run} counts. Exit 1 if anything was lost.
 */
final class Kills {

    private static final Path ROOT = Path.of("").toAbsolutePath();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS = 12;
    private static final int EVALUATE_EVERY = 3;
    private static final int SAVE_EVERY = 2;
    private static final String NAME = "run";
    private static final List<String> TIMED = List.of("train/triples_per_second");

    private final Random random;
    private final Path folder;
    private final String signal;
    private final boolean aim;
    private final boolean ci;
    private final Map<String, Integer> phases = new TreeMap<>();
    private final List<String> losses = new ArrayList<>();
    private int kills;
    private int journeys;
    private int starts;
    private long shortest;

    private Kills(long seed, Path folder, String signal, boolean aim, boolean ci) {
        this.random = new Random(seed);
        this.folder = folder;
        this.signal = signal;
        this.aim = aim;
        this.ci = ci;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> options = options(args);
        int wanted = Integer.parseInt(options.getOrDefault("kills", "100"));
        List<String> variants =
            List.of(options.getOrDefault("variants", "fp32-off,fp32-on,bf16-off,bf16-on").split(","));
        Path folder = Files.createTempDirectory("oneword-kills");
        Kills kills = new Kills(Long.parseLong(options.getOrDefault("seed", "1")), folder,
            options.getOrDefault("signal", "KILL"), options.containsKey("aim"), options.containsKey("ci"));
        try {
            for (int i = 0; i < variants.size(); i++) {
                kills.run(variants.get(i), wanted * (i + 1) / variants.size());
            }
        } finally {
            if (kills.losses.isEmpty() && !options.containsKey("keep")) {
                delete(folder);
            }
        }
        kills.report();
        System.exit(kills.losses.isEmpty() ? 0 : 1);
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            boolean hasValue = i + 1 < args.length && !args[i + 1].startsWith("--");
            options.put(args[i].substring(2), hasValue ? args[++i] : "");
        }
        return options;
    }

    /** Runs one variant undisturbed, then disturbed again and again until so many kills are reached in all. */
    private void run(String variant, int untilKills) throws IOException, InterruptedException {
        Path reference = folder.resolve(variant + "-reference");
        Files.createDirectories(reference);
        long begin = System.nanoTime();
        Process undisturbed = start(reference, variant, false);
        int code = undisturbed.waitFor();
        shortest = System.nanoTime() - begin;
        if (code != 0) {
            losses.add(variant + ": the undisturbed run ended with exit " + code + ": "
                + Files.readString(reference.resolve("said.txt")));
            return;
        }
        for (int journey = 1; kills < untilKills && losses.isEmpty(); journey++) {
            Path disturbed = folder.resolve(variant + "-" + journey);
            Files.createDirectories(disturbed);
            int before = kills;
            boolean finished = journey(disturbed, variant, untilKills);
            journeys++;
            if (!finished) {
                continue;
            }
            List<String> different = differences(reference.resolve(NAME), disturbed.resolve(NAME));
            different.forEach(what -> losses.add(disturbed + ": " + what));
            say((different.isEmpty() ? "ok " : "not ok ") + variant + ": after " + (kills - before) + " "
                + "stops the run is the undisturbed one bit for bit");
            if (different.isEmpty()) {
                delete(disturbed);
            }
        }
    }

    private boolean journey(Path root, String variant, int untilKills) throws IOException, InterruptedException {
        for (int attempt = 1; attempt <= 200; attempt++) {
            boolean begun = Files.exists(root.resolve(NAME).resolve("config.yaml"));
            Trace before = Trace.of(root.resolve(NAME));
            long begin = System.nanoTime();
            Process process = start(root, variant, begun);
            starts++;
            boolean killed = kills < untilKills && stop(process, root.resolve(NAME));
            int code = process.waitFor();
            if (!killed && code == 0) {
                // A machine that was busy once must not let all later signals come too late.
                shortest = begun ? shortest : Math.min(shortest, System.nanoTime() - begin);
                return true;
            }
            if (!killed || !endedBy(code)) {
                losses.add(root + ": exit " + code + ": " + Files.readString(root.resolve("said.txt")));
                return false;
            }
            kills++;
            phases.merge(Trace.of(root.resolve(NAME)).phase(before), 1, Integer::sum);
        }
        losses.add(root + ": did not come to its end in 200 starts");
        return false;
    }

    /** Whether the process ended as it must after a signal; one that came too late leaves a run that is done. */
    private boolean endedBy(int code) {
        return code == 137 && signal.matches("KILL|ANY") || code == 143 && signal.matches("TERM|ANY")
            || code == 130 && signal.matches("INT|ANY") || code == 0;
    }

    private boolean stop(Process process, Path run) throws IOException, InterruptedException {
        long moment = (long) (random.nextDouble() * shortest);
        if (process.waitFor(moment, TimeUnit.NANOSECONDS)) {
            return false;
        }
        if (aim) {
            while (process.isAlive() && !isWriting(run)) {
                Thread.onSpinWait();
            }
            long delay = System.nanoTime() + (long) (random.nextDouble() * 3_000_000);
            while (System.nanoTime() < delay) {
                Thread.onSpinWait();
            }
        }
        String kind = signal.equals("ANY") ? List.of("KILL", "TERM", "INT").get(random.nextInt(3)) : signal;
        boolean alive = process.isAlive();
        new ProcessBuilder("kill", "-" + kind, Long.toString(process.pid())).start().waitFor();
        return alive;
    }

    private static boolean isWriting(Path run) {
        return Stream.of(run.toFile(), run.resolve("checkpoints").toFile())
            .flatMap(inner -> Stream.ofNullable(inner.list()).flatMap(Arrays::stream))
            .anyMatch(name -> name.startsWith(".") && !name.equals(".lock"));
    }

    private static Process start(Path root, String variant, boolean resume) throws IOException {
        Path data = ROOT.resolve("configs/quickstart/triples.csv");
        Path pairs = root.resolveSibling("few.tsv");
        Files.write(pairs, Files.readAllLines(ROOT.resolve("configs/quickstart/pairs.tsv")).subList(0, 25));
        Path config = root.resolve("tiny.yaml");
        Files.writeString(config, String.join("\n",
            "model: {name: models/opt-mini, precision: " + variant.split("-")[0] + ", device: cpu}",
            "lora: {rank: 8, alpha: 8, dropout: 0.1}",
            "data: {train: " + data + ", limit: 40}",
            "training: {batch_size: 4, micro_batch_tokens: 120, learning_rate: 1e-2, warmup_steps: 2,",
            "           max_steps: " + STEPS + ", model_dropout: 0.1, gradient_cache: '" + variant.split("-")[1] + "'}",
            "evaluation: {every: " + EVALUATE_EVERY + ", tasks: [" + pairs + "], select_by: " + pairs + "}",
            "checkpoint: {every: " + SAVE_EVERY + ", keep: 2}",
            "run: {root: " + root + ", name: " + NAME + "}"));
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", "-Doneword.home=" + ROOT, "-jar", ROOT + "/trainer/target/oneword.jar", "train"));
        command.addAll(resume ? List.of("--resume", root.resolve(NAME).toString())
            : List.of("--config", config.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile())
            .redirectErrorStream(true).redirectOutput(root.resolve("said.txt").toFile());
        builder.environment().putAll(Map.of("OMP_NUM_THREADS", "1", "DJL_OFFLINE", "true", "OPT_OUT_TRACKING", "true",
            "RUST_FLAVOR", "cpu", "LC_ALL", "C.UTF-8"));
        return builder.start();
    }

    /** What a dead run's folder says about the moment it died. */
    private record Trace(boolean begun, List<String> unfinished, List<String> checkpoints, long lastStep, long lastScore,
        String results) {

        static Trace of(Path run) throws IOException {
            long step = 0;
            long score = -1;
            for (JsonNode line : metrics(run, false)) {
                boolean isStep = line.has("loss");
                step = isStep ? line.get("step").asLong() : step;
                score = isStep ? score : line.get("step").asLong();
            }
            List<String> inner = names(run.resolve("checkpoints"));
            List<String> unfinished = new ArrayList<>(names(run));
            unfinished.addAll(inner);
            unfinished.removeIf(name -> !name.startsWith(".") || name.equals(".lock"));
            inner.removeIf(name -> name.startsWith("."));
            Path results = run.resolve("results.json");
            return new Trace(Files.exists(run.resolve("config.yaml")), unfinished, inner, step, score,
                Files.exists(results) ? Files.readString(results) : "");
        }

        String phase(Trace before) {
            if (!begun) {
                return "1 before the run had a configuration";
            }
            if (unfinished.stream().anyMatch(name -> name.startsWith(".step") && name.endsWith(".tmp"))) {
                return "5 while writing a checkpoint";
            }
            if (!unfinished.isEmpty()) {
                return "6 while renaming, marking the best or removing old ones";
            }
            boolean resumed = !before.checkpoints.isEmpty();
            if (lastStep == STEPS) {
                return "7 after the last step: evaluation, last save or last test";
            }
            if (lastStep <= before.lastStep && lastScore <= before.lastScore && checkpoints.equals(before.checkpoints)) {
                return resumed ? "8 while resuming: loading and cutting back" : "2 loading, or testing the untrained model";
            }
            boolean evaluated = lastStep % EVALUATE_EVERY == 0 || lastStep % SAVE_EVERY == 0;
            if (lastStep > 0 && evaluated && lastScore < lastStep) {
                return "4 while evaluating, or between that and the save";
            }
            return checkpoints.isEmpty() ? "2 loading, testing the untrained model, or before the first checkpoint"
                : "3 in a step between two checkpoints";
        }
    }

    private static List<String> names(Path folder) {
        String[] names = folder.toFile().list();
        return new ArrayList<>(names == null ? List.of() : new TreeSet<>(Arrays.asList(names)));
    }

    /** Whether SIGTERM or SIGINT made a checkpoint between the regular ones, in place of an older one. */
    private static boolean savedByStop(String checkpoint) {
        int step = Integer.parseInt(checkpoint.replace("step-", ""));
        return step < STEPS && step % SAVE_EVERY != 0;
    }

    /** What distinguishes two finished runs, times apart. */
    private static List<String> differences(Path expected, Path found) throws IOException {
        List<String> different = new ArrayList<>();
        List<String> checkpoints = names(expected.resolve("checkpoints"));
        List<String> kept = names(found.resolve("checkpoints"));
        if (checkpoints.size() != kept.size()
            || !kept.stream().allMatch(name -> checkpoints.contains(name) || savedByStop(name))) {
            different.add("checkpoints " + kept + ", expected " + checkpoints);
            return different;
        }
        checkpoints.retainAll(kept);
        for (String checkpoint : checkpoints) {
            for (String file : names(expected.resolve("checkpoints").resolve(checkpoint))) {
                Path path = Path.of("checkpoints", checkpoint, file);
                if (Files.mismatch(expected.resolve(path), found.resolve(path)) >= 0) {
                    different.add(path + " has other bytes");
                }
            }
        }
        if (!Files.readSymbolicLink(expected.resolve("best")).equals(Files.readSymbolicLink(found.resolve("best")))) {
            different.add("best is " + Files.readSymbolicLink(found.resolve("best")));
        }
        compare("metrics.jsonl", metrics(expected, true), metrics(found, true), different);
        compare("event files", events(expected), events(found), different);
        for (String file : List.of("config.yaml", "results.json")) {
            String a = Files.readString(expected.resolve(file)).replace(expected.getParent().toString(), "");
            String b = Files.readString(found.resolve(file)).replace(found.getParent().toString(), "");
            if (!a.equals(b)) {
                different.add(file + " is different");
            }
        }
        List<String> rest = names(found);
        rest.removeIf(name -> !name.startsWith(".") || name.equals(".lock"));
        if (!rest.isEmpty()) {
            different.add("unfinished files are left: " + rest);
        }
        return different;
    }

    private static void compare(String what, List<?> expected, List<?> found, List<String> different) {
        for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
            Object a = i < expected.size() ? expected.get(i) : "nothing";
            Object b = i < found.size() ? found.get(i) : "nothing";
            if (!a.equals(b)) {
                different.add(what + ", entry " + (i + 1) + ": " + b + ", expected " + a);
                return;
            }
        }
    }

    private static List<JsonNode> metrics(Path run, boolean whole) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        String text;
        try {
            text = Files.readString(run.resolve("metrics.jsonl"));
        } catch (NoSuchFileException e) {
            return lines;
        }
        for (String line : text.split("(?<=\n)")) {
            if (whole || line.endsWith("\n")) {
                ObjectNode object = (ObjectNode) JSON.readTree(line);
                object.remove("seconds");
                lines.add(object);
            }
        }
        return lines;
    }

    /** Tag, step and value of every scalar of every event file, in the order of the files' names. */
    private static List<String> events(Path run) throws IOException {
        List<String> values = new ArrayList<>();
        for (String name : names(run)) {
            if (!name.startsWith("events.out.tfevents.")) {
                continue;
            }
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(run.resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
            while (file.remaining() > 0) {
                byte[] event = new byte[(int) file.getLong()];
                file.getInt();
                file.get(event);
                file.getInt();
                scalar(event).filter(value -> TIMED.stream().noneMatch(value::contains)).forEach(values::add);
            }
        }
        return values;
    }

    private static Stream<String> scalar(byte[] event) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(event);
        long step = 0;
        String value = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 2 -> step = in.readInt64();
                case 5 -> value = summary(in.readByteArray());
                default -> in.skipField(tag);
            }
        }
        return value == null ? Stream.empty() : Stream.of("step " + step + " " + value);
    }

    private static String summary(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        in.readTag();
        CodedInputStream inner = CodedInputStream.newInstance(in.readByteArray());
        Map<Integer, String> fields = new LinkedHashMap<>();
        for (int tag = inner.readTag(); tag != 0; tag = inner.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> fields.put(1, inner.readString());
                case 2 -> fields.put(2, Integer.toHexString(inner.readFixed32()));
                default -> inner.skipField(tag);
            }
        }
        return fields.values().toString();
    }

    private void say(String line) {
        System.out.println(line);
    }

    private void report() {
        losses.forEach(loss -> say(ci ? "not ok " + loss : "LOST " + loss));
        if (ci) {
            return;
        }
        say(String.format(Locale.ROOT, "%n%d stops by %s in %d runs, %d starts; lost: %s", kills, signal, journeys,
            starts, losses.isEmpty() ? "nothing" : losses.size()));
        phases.forEach((phase, count) -> say(String.format(Locale.ROOT, "%5d  %s", count, phase.substring(2))));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }
}
