import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * process (its Java heap is of a fixed size and touched at the start, so what grows is native), the heap in use after
 * each collection, and the time of a step; slopes are least squares over the last nine tenths of the run.
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
    private static final Pattern COLLECTION = Pattern.compile("\\[([\\d.]+)s\\].*->(\\d+)K\\(.*");

    private LongRun() {}

    /** Something measured after so many seconds or steps. */
    private record Point(double x, double y) {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int steps = args.length == 0 ? 20_000 : Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("oneword-long");
        writeModel(folder.resolve("model"));
        List<Point> resident = run(folder, steps);
        List<Point> seconds = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        for (String line : Files.readAllLines(folder.resolve("run/metrics.jsonl"))) {
            JsonNode metrics = json.readTree(line);
            if (metrics.has("loss")) {
                seconds.add(new Point(metrics.get("step").asDouble(), metrics.get("seconds").asDouble()));
            }
        }
        List<Point> heap = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("gc.txt"))) {
            Matcher collection = COLLECTION.matcher(line);
            if (collection.matches()) {
                heap.add(new Point(Double.parseDouble(collection.group(1)),
                    Double.parseDouble(collection.group(2)) / 1024));
            }
        }
        double duration = resident.get(resident.size() - 1).x();
        double perDay = 86_400 / duration * seconds.size();
        System.out.printf(Locale.ROOT, "%,d steps in %.0f s%n", seconds.size(), duration);
        report("resident memory, MiB", resident, 86_400);
        report("Java heap after a collection, MiB", heap, 86_400);
        report("seconds of a step", seconds, perDay);
        System.out.println(folder);
    }

    private static void report(String what, List<Point> all, double day) {
        List<Point> late = all.subList(all.size() / 10, all.size());
        if (late.isEmpty()) {
            System.out.println(what + ": nothing was read");
            return;
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

    /** Runs the training and reads its memory every second. */
    private static List<Point> run(Path folder, int steps) throws IOException, InterruptedException {
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
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xms64m", "-Xmx64m",
            "-XX:+AlwaysPreTouch", "-Xlog:gc:file=" + folder.resolve("gc.txt") + ":uptime:filecount=0",
            "-Doneword.home=" + ROOT, "-jar", ROOT + "/trainer/target/oneword.jar", "train", "--config",
            config.toString());
        builder.environment().putAll(Map.of("OMP_NUM_THREADS", "1", "DJL_OFFLINE", "true", "OPT_OUT_TRACKING", "true",
            "RUST_FLAVOR", "cpu", "LC_ALL", "C.UTF-8"));
        Process process =
            builder.redirectErrorStream(true).redirectOutput(folder.resolve("said.txt").toFile()).start();
        List<Point> resident = new ArrayList<>();
        long begin = System.nanoTime();
        while (!process.waitFor(1, TimeUnit.SECONDS)) {
            Path status = Path.of("/proc/" + process.pid() + "/status");
            try (Stream<String> lines = Files.lines(status)) {
                lines.filter(line -> line.startsWith("VmRSS:")).findFirst().ifPresent(line -> resident.add(new Point(
                    (System.nanoTime() - begin) / 1e9, Double.parseDouble(line.replaceAll("\\D", "")) / 1024)));
            }
        }
        if (process.exitValue() != 0) {
            throw new IOException("exit " + process.exitValue() + ": " + Files.readString(folder.resolve("said.txt")));
        }
        return resident;
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
