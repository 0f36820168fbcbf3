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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import oneword.lora.kernel.Torch;
import oneword.trainer.Version;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.LeaderboardConfig;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.hardware.Hardware;
import oneword.trainer.hardware.OutOfMemoryException;
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
    private final EntryScorer scorer;
    private final BooleanSupplier stop;

    /**
     * Where a leaderboard looks for things.
     *
     * @param paths where adapters and data are looked for
     * @param models where models are looked for
     * @param mteb where results for mteb are written, if they are
     */
    public record Places(InputPaths paths, ModelLocator models, Optional<Path> mteb) {}

    /**
     * Prepares a leaderboard and reads its tasks.
     *
     * @param config as read
     * @param places where things are
     * @param embedding hears how many sentences of a task are embedded
     * @param classifying hears how many rounds of fits of a transfer task are done
     * @param stop asked between parts of the work
     * @throws RuntimeException one of oneword's own, if a task's data are not there
     */
    public LeaderboardRun(LeaderboardConfig config, Places places, Progress embedding, Progress classifying,
        BooleanSupplier stop) {
        this.config = config;
        this.tasks = BoardTask.read(config, places.paths());
        this.device = Hardware.device(config.device());
        this.finder = new EntryFinder(places.paths(), places.models(), device);
        Path folder = Path.of(config.cache());
        this.hashes = new FileHashes(folder.resolve("hashes.json"));
        this.cache = new VectorCache(folder.resolve("vectors"), LOG::warn);
        this.scorer = new EntryScorer(tasks, new ScoreCache(folder.resolve("scores"), LOG::warn),
            places.mteb().map(MtebResults::new), embedding, classifying, stop);
        this.stop = stop;
    }

    /**
     * Does the work.
     *
     * @return the leaderboard; empty if a stop was asked for before all entries were scored
     */
    public Optional<LeaderboardReport> run() {
        Map<String, EntryModel> found = new HashMap<>();
        Map<String, Row> failed = new HashMap<>();
        for (LeaderboardConfig.Entry entry : config.entries()) {
            try {
                finder.findHere(entry).ifPresentOrElse(model -> found.put(entry.name(), model),
                    () -> LOG.info("{}: will be downloaded when its turn comes", entry.name()));
            } catch (RuntimeException e) {
                failed.put(entry.name(), failed(entry, Optional.empty(), e));
            }
        }
        List<Row> rows = new ArrayList<>();
        for (LeaderboardConfig.Entry entry : config.entries()) {
            try {
                rows.add(failed.containsKey(entry.name())
                    ? failed.get(entry.name()) : row(entry, Optional.ofNullable(found.get(entry.name()))));
            } catch (EntryVectors.StoppedException e) {
                LOG.info("stopped; what is finished is in {}, and the same command goes on from there", config.cache());
                return Optional.empty();
            }
        }
        return Optional.of(new LeaderboardReport(Clock.systemUTC().instant(), config.protocol(),
            device.getDeviceType(), versions(), tasks.stream().map(task -> task.column(hashes)).toList(), rows,
            config.references().stream().map(id -> PublishedTables.find(id).orElseThrow()).toList()));
    }

    private static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("oneword", Version.ONEWORD);
        versions.put("pytorch", Torch.version());
        versions.put("djl", Engine.getDjlVersion());
        versions.put("java", System.getProperty("java.version"));
        return versions;
    }

    private Row row(LeaderboardConfig.Entry entry, Optional<EntryModel> here) {
        Optional<Row.Facts> facts = Optional.empty();
        try {
            EntryModel model = here.orElseGet(() -> finder.find(entry));
            ObjectNode identity = model.identity(hashes);
            facts = Optional.of(facts(entry, model, identity));
            MtebModel named = new MtebModel(MtebModel.named(entry.name(), "main").name(),
                facts.get().vectors().substring(0, MTEB_REVISION_DIGITS), model.commit().map(commit -> model.name()),
                OptionalInt.empty());
            try (EntryVectors vectors = new EntryVectors(cache, identity, model::open, stop)) {
                EntryScorer.Scored scored = scorer.score(entry.name(), named, vectors);
                return new Row(entry.name(), facts, Optional.of(scored.result()), Optional.empty(),
                    PublishedTables.find(entry.published()), Optional.of(scored.speed()));
            }
        } catch (EntryVectors.StoppedException e) {
            throw e;
        } catch (RuntimeException e) {
            return failed(entry, facts, e);
        }
    }

    private static Row.Facts facts(LeaderboardConfig.Entry entry, EntryModel model, ObjectNode identity) {
        return new Row.Facts(model.name(), model.commit().orElse(entry.revision()),
            model.adapter().map(Path::toString), model.prompt().template(), model.precision().key(),
            VectorCache.hash(identity), model.adapter().flatMap(TrainingOrigin::of));
    }

    private static Row failed(LeaderboardConfig.Entry entry, Optional<Row.Facts> facts, RuntimeException failure) {
        String reason = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        if (OutOfMemoryException.is(failure)) {
            reason = "out of memory: " + reason;
        }
        LOG.warn("{}: failed: {}", entry.name(), reason);
        return Row.failed(entry.name(), facts, reason, PublishedTables.find(entry.published()));
    }
}
