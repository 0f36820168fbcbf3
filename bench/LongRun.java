import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;

/**
 * Trains a model of one layer for many steps and tells whether memory and step time stay flat: the memory of the whole
 * process (its Java heap is of a fixed size and touched at the start, so what grows is native), the Java objects that
 * are alive (jcmd has them collected every two seconds), and the time of a step; slopes are least squares over the last
 * nine tenths of the run. Where one of them could not be read often enough it fails.
 *
 * <pre>
 * ./oneword --version                                     # builds the program
 * java -cp trainer/target/oneword.jar bench/LongRun.java 20000
 * </pre>
 */
final class LongRun {

    private static final Path ROOT = Path.of("").toAbsolutePath();
    private static final int WIDTH = 16;
    private static final int INNER = 32;
    private static final int COLLECT_SECONDS = 2;
    private static final int LEAST_READINGS = 4;
    /** The last line of jcmd's GC.class_histogram: instances and bytes. */
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

    private LongRun() {}

    /** Something measured after so many seconds or steps. */
    private record Point(double x, double y) {}

    /** Memory in MiB after so many seconds. */
    private record Readings(List<Point> resident, List<Point> heap) {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int steps = args.length == 0 ? 20_000 : Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("oneword-long");
        writeModel(folder.resolve("model"));
        Readings memory = run(folder, steps);
        List<Point> seconds = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        for (String line : Files.readAllLines(folder.resolve("run/metrics.jsonl"))) {
            JsonNode metrics = json.readTree(line);
            if (metrics.has("loss")) {
                seconds.add(new Point(metrics.get("step").asDouble(), metrics.get("seconds").asDouble()));
            }
        }
        double duration = memory.resident().get(memory.resident().size() - 1).x();
        double perDay = 86_400 / duration * seconds.size();
        System.out.printf(Locale.ROOT, "%,d steps in %.0f s%n", seconds.size(), duration);
        System.out.println(folder);
        report("resident memory, MiB", memory.resident(), 86_400);
        report("Java heap after a collection, MiB", memory.heap(), 86_400);
        report("seconds of a step", seconds, perDay);
    }

    private static void report(String what, List<Point> all, double day) {
        List<Point> late = all.subList(all.size() / 10, all.size());
        if (late.size() < LEAST_READINGS) {
            throw new IllegalStateException(what + ": only " + late.size() + " readings, at least " + LEAST_READINGS
                + " are needed; run more steps");
        }
        int part = Math.max(1, late.size() / 10);
        double slope = slope(late);
        System.out.printf(Locale.ROOT,
            "%-34s median of the first tenth %.4g, of the last %.4g; in 24 hours %+.3g (%d readings)%n", what,
            median(late.subList(0, part)), median(late.subList(late.size() - part, late.size())), slope * day,
            late.size());
    }

    private static double median(List<Point> points) {
        return points.stream().mapToDouble(Point::y).sorted().skip(points.size() / 2).findFirst().orElse(0);
    }

    private static double slope(List<Point> points) {
        ToDoubleFunction<ToDoubleFunction<Point>> mean =
            value -> points.stream().mapToDouble(value).average().orElse(0);
        double x = mean.applyAsDouble(Point::x);
        double y = mean.applyAsDouble(Point::y);
        return mean.applyAsDouble(point -> (point.x() - x) * (point.y() - y))
            / mean.applyAsDouble(point -> (point.x() - x) * (point.x() - x));
    }

    /** Runs the training and reads its memory every second, its heap now and then. */
    private static Readings run(Path folder, int steps) throws IOException, InterruptedException {
        Path pairs = Files.write(folder.resolve("few.tsv"),
            Files.readAllLines(ROOT.resolve("configs/quickstart/pairs.tsv")).subList(0, 25));
        Path config = Files.writeString(folder.resolve("tiny.yaml"), String.join("\n",
            "model: {name: " + folder.resolve("model") + ", precision: fp32, device: cpu}",
            "lora: {rank: 4, alpha: 4, dropout: 0.1}",
            "data: {train: " + ROOT.resolve("configs/quickstart/triples.csv") + "}",
            "training: {batch_size: 4, max_steps: " + steps + ", model_dropout: 0.1, gradient_cache: 'on',",
            "           micro_batch_tokens: 120}",
            "evaluation: {every: " + steps / 20 + ", select_by: " + pairs + "}",
            "checkpoint: {every: " + steps / 20 + "}",
            "run: {root: " + folder + ", name: run}"));
        ProcessBuilder builder = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xms64m",
            "-Xmx64m", "-XX:+AlwaysPreTouch", "-Doneword.home=" + ROOT, "-jar", ROOT + "/trainer/target/oneword.jar",
            "train", "--config", config.toString());
        builder.environment().putAll(Map.of("OMP_NUM_THREADS", "1", "DJL_OFFLINE", "true", "OPT_OUT_TRACKING", "true",
            "RUST_FLAVOR", "cpu", "LC_ALL", "C.UTF-8"));
        Process process =
            builder.redirectErrorStream(true).redirectOutput(folder.resolve("said.txt").toFile()).start();
        Readings readings = new Readings(new ArrayList<>(), new ArrayList<>());
        Path status = Path.of("/proc/" + process.pid() + "/status");
        long begin = System.nanoTime();
        while (!process.waitFor(1, TimeUnit.SECONDS)) {
            double now = (System.nanoTime() - begin) / 1e9;
            try (Stream<String> lines = Files.lines(status)) {
                lines.filter(line -> line.startsWith("VmRSS:")).findFirst().ifPresent(line -> readings.resident()
                    .add(new Point(now, Double.parseDouble(line.replaceAll("\\D", "")) / 1024)));
            }
            if (now >= COLLECT_SECONDS * (readings.heap().size() + 1)) {
                OptionalDouble heap = heap(process);
                if (heap.isPresent()) {
                    readings.heap().add(new Point(now, heap.getAsDouble()));
                }
            }
        }
        if (process.exitValue() != 0) {
            throw new IOException("exit " + process.exitValue() + ": " + Files.readString(folder.resolve("said.txt")));
        }
        return readings;
    }

    /** MiB of the objects that a full collection leaves, at that moment; empty where the process has ended. */
    private static OptionalDouble heap(Process process) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(process.pid()), "GC.class_histogram").redirectErrorStream(true).start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        Matcher total = TOTAL.matcher(said);
        if (total.find()) {
            return OptionalDouble.of(Double.parseDouble(total.group(1)) / (1 << 20));
        }
        if (process.isAlive()) {
            throw new IOException("jcmd GC.class_histogram told no total: " + said);
        }
        return OptionalDouble.empty();
    }

    private static void writeModel(Path folder) throws IOException {
        Path mini = ROOT.resolve("models/opt-mini");
        Files.createDirectories(folder);
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(mini.resolve(file), folder.resolve(file));
        }
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode) json.readTree(mini.resolve("config.json").toFile());
        config.put("hidden_size", WIDTH).put("word_embed_proj_dim", WIDTH).put("ffn_dim", INNER)
            .put("num_hidden_layers", 1).put("num_attention_heads", 2);
        Files.writeString(folder.resolve("config.json"), json.writeValueAsString(config));
        Random random = new Random(1);
        List<TensorData> tensors = new ArrayList<>();
        String decoder = "model.decoder.";
        String layer = decoder + "layers.0.";
        tensors.add(tensor(random, decoder + "embed_tokens.weight", config.get("vocab_size").asInt(), WIDTH));
        tensors.add(tensor(random, decoder + "embed_positions.weight",
            config.get("max_position_embeddings").asInt() + 2, WIDTH));
        for (String name : List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj",
            "fc1", "fc2")) {
            int inputs = name.equals("fc2") ? INNER : WIDTH;
            int outputs = name.equals("fc1") ? INNER : WIDTH;
            tensors.add(tensor(random, layer + name + ".weight", outputs, inputs));
            tensors.add(tensor(random, layer + name + ".bias", outputs));
        }
        for (String norm : List.of(layer + "self_attn_layer_norm", layer + "final_layer_norm",
            decoder + "final_layer_norm")) {
            tensors.add(tensor(random, norm + ".weight", WIDTH));
            tensors.add(tensor(random, norm + ".bias", WIDTH));
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), tensors);
    }

    private static TensorData tensor(Random random, String name, long... shape) {
        int count = (int) (shape.length == 1 ? shape[0] : shape[0] * shape[1]);
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat((float) random.nextGaussian() / 2);
        }
        return TensorData.of(name, DType.F32, shape, () -> bytes.flip().asReadOnlyBuffer());
    }
}
