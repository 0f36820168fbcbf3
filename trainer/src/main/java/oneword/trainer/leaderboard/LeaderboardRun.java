package oneword.trainer.leaderboard;

import ai.djl.Device;
import ai.djl.engine.Engine;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import oneword.lora.kernel.Torch;
import oneword.trainer.Version;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.LeaderboardConfig;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.evaluation.SentenceEmbedder;
import oneword.trainer.evaluation.TaskScore;
import oneword.trainer.hardware.Hardware;
import oneword.trainer.hub.ModelLocator;
import oneword.trainer.mteb.MtebModel;
import oneword.trainer.mteb.MtebResults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores the entries of a configuration on its tasks, one after another.
 *
 * <p>The configurations of all models on this machine are read before the first weight is. An entry that fails
 * has a row with the reason, and the others go on. Vectors that are in the cache are not computed again: neither after
 * a stop, down to the single task of an entry, nor when the leaderboard is made once more.
 */
public final class LeaderboardRun {

    private static final Logger LOG = LoggerFactory.getLogger(LeaderboardRun.class);
    private static final int MTEB_REVISION_DIGITS = 40;

    private final LeaderboardConfig config;
    private final List<BoardTask> tasks;
    private final EntryFinder finder;
    private final Device device;
    private final FileHashes hashes;
    private final VectorCache cache;
    private final Optional<MtebResults> mteb;
    private final Progress progress;
    private final BooleanSupplier stop;
    private final Clock clock;

    /**
     * Prepares a leaderboard and reads its tasks.
     *
     * @param config as read
     * @param paths where adapters and data are looked for
     * @param models where models are looked for
     * @param mteb where results for mteb are written, if they are
     * @param progress hears how many sentences of a task are embedded
     * @param stop asked between parts of the work
     * @throws EvaluationException if a task's data are not there
     */
    public LeaderboardRun(LeaderboardConfig config, InputPaths paths, ModelLocator models, Optional<Path> mteb,
        Progress progress, BooleanSupplier stop) {
        this.config = config;
        this.tasks = BoardTask.read(config, paths);
        this.device = Hardware.device(config.device());
        this.finder = new EntryFinder(paths, models, device);
        Path folder = Path.of(config.cache());
        this.hashes = new FileHashes(folder.resolve("hashes.json"));
        this.cache = new VectorCache(folder.resolve("vectors"), LOG::warn);
        this.mteb = mteb.map(MtebResults::new);
        this.progress = progress;
        this.stop = stop;
        this.clock = Clock.systemUTC();
    }

    /**
     * Does the work.
     *
     * @return the leaderboard; empty if a stop was asked for before all entries were scored
     */
    public Optional<LeaderboardReport> run() {
        Map<LeaderboardConfig.Entry, EntryModel> found = new HashMap<>();
        Map<LeaderboardConfig.Entry, String> failed = new HashMap<>();
        for (LeaderboardConfig.Entry entry : config.entries()) {
            try {
                finder.findHere(entry).ifPresentOrElse(model -> found.put(entry, model),
                    () -> LOG.info("{}: will be downloaded when its turn comes", entry.name()));
            } catch (RuntimeException e) {
                failed.put(entry, reason(entry, e));
            }
        }
        List<Row> rows = new ArrayList<>();
        for (LeaderboardConfig.Entry entry : config.entries()) {
            if (failed.containsKey(entry)) {
                rows.add(Row.failed(entry.name(), Optional.empty(), failed.get(entry),
                    PublishedTables.find(entry.published())));
                continue;
            }
            try {
                rows.add(row(entry, Optional.ofNullable(found.get(entry))));
            } catch (EntryVectors.StoppedException e) {
                LOG.info("stopped; vectors of finished tasks are in {}, and the same command goes on from there",
                    config.cache());
                return Optional.empty();
            }
        }
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("oneword", Version.ONEWORD);
        versions.put("pytorch", Torch.version());
        versions.put("djl", Engine.getDjlVersion());
        versions.put("java", System.getProperty("java.version"));
        return Optional.of(new LeaderboardReport(clock.instant(), tasks.get(0).protocol(), device.getDeviceType(),
            versions, tasks.stream().map(task -> task.column(hashes)).toList(), rows,
            config.references().stream().map(id -> PublishedTables.find(id).orElseThrow()).toList()));
    }

    private Row row(LeaderboardConfig.Entry entry, Optional<EntryModel> here) {
        Optional<PublishedScores> published = PublishedTables.find(entry.published());
        Optional<Row.Facts> facts = Optional.empty();
        try {
            EntryModel model = here.orElseGet(() -> finder.find(entry));
            ObjectNode identity = model.identity(hashes);
            facts = Optional.of(facts(entry, model, identity));
            try (EntryVectors vectors = new EntryVectors(cache, identity, model::open, stop)) {
                return scored(entry, model, facts.get(), vectors, published);
            }
        } catch (EntryVectors.StoppedException e) {
            throw e;
        } catch (RuntimeException e) {
            return Row.failed(entry.name(), facts, reason(entry, e), published);
        }
    }

    private Row scored(LeaderboardConfig.Entry entry, EntryModel model, Row.Facts facts, EntryVectors vectors,
        Optional<PublishedScores> published) {
        MtebModel named = new MtebModel(MtebModel.named(entry.name(), "main").name(),
            facts.vectors().substring(0, MTEB_REVISION_DIGITS), model.commit().map(commit -> model.name()),
            OptionalInt.empty());
        List<TaskScore> scores = new ArrayList<>();
        long embedded = 0;
        double seconds = 0;
        int shortened = 0;
        for (BoardTask task : tasks) {
            EntryVectors.Answer answer = vectors.of(task.sentences(), progress);
            CachedVectors cost = answer.vectors();
            SentenceEmbedder embedder = new LookedUp(entry.name(), task.sentences(), cost.rows());
            TaskScore score = task.score(embedder);
            scores.add(score);
            embedded += cost.embedded();
            seconds += cost.seconds();
            shortened += cost.shortened();
            LOG.info(String.format(Locale.ROOT, "%s: %s %.2f%s", entry.name(), score.task(), score.spearman(),
                answer.isCached() ? ", vectors from the cache" : ""));
            mteb.ifPresent(results -> writeForMteb(results, named, task, embedder, cost));
        }
        return new Row(entry.name(), Optional.of(facts), Optional.of(new EvaluationResult(scores)), Optional.empty(),
            published, Optional.of(new Row.Speed(embedded, seconds, shortened)));
    }

    private static void writeForMteb(
        MtebResults results, MtebModel model, BoardTask task, SentenceEmbedder embedder, CachedVectors cost) {
        try {
            results.write(model, List.of(task.task()), embedder, OptionalDouble.of(cost.seconds()));
        } catch (EvaluationException e) {
            LOG.warn("{}: {}", model.name(), e.getMessage());
        }
    }

    private static Row.Facts facts(LeaderboardConfig.Entry entry, EntryModel model, ObjectNode identity) {
        return new Row.Facts(model.name(), model.commit().orElse(entry.revision()),
            model.adapter().map(Path::toString), model.prompt().template(), model.precision().key(),
            VectorCache.hash(identity), model.adapter().flatMap(TrainingOrigin::of));
    }

    private static String reason(LeaderboardConfig.Entry entry, RuntimeException failure) {
        String reason = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        LOG.warn("{}: failed: {}", entry.name(), reason);
        LOG.debug("{}: failed", entry.name(), failure);
        return reason;
    }

    /** Vectors that are there already, as an evaluator asks for them. */
    private static final class LookedUp implements SentenceEmbedder {

        private final String name;
        private final Map<String, float[]> vectors = new HashMap<>();

        LookedUp(String name, List<String> sentences, float[][] rows) {
            this.name = name;
            for (int i = 0; i < rows.length; i++) {
                vectors.put(sentences.get(i), rows[i]);
            }
        }

        @Override
        public float[][] embed(List<String> sentences) {
            return sentences.stream().map(vectors::get).toArray(float[][]::new);
        }

        @Override
        public String describe() {
            return name;
        }
    }
}
