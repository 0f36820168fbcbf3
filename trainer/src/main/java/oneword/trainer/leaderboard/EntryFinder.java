package oneword.trainer.leaderboard;

import ai.djl.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import oneword.data.prompt.PromptTemplate;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.decoder.Decoders;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.LeaderboardConfig;
import oneword.trainer.embedding.PromptFile;
import oneword.trainer.hardware.Hardware;
import oneword.trainer.hub.ModelLocator;

/** Finds the models that entries name, and reads their configurations. */
final class EntryFinder {

    private final InputPaths paths;
    private final ModelLocator models;
    private final Device device;

    EntryFinder(InputPaths paths, ModelLocator models, Device device) {
        this.paths = paths;
        this.models = models;
        this.device = device;
    }

    /**
     * Looks for a model on this machine.
     *
     * @return empty if it must be downloaded
     * @throws RuntimeException one of oneword's own, if it is nowhere or cannot be used
     */
    Optional<EntryModel> findHere(LeaderboardConfig.Entry entry) {
        Optional<Path> adapter = adapter(entry);
        String name = name(entry, adapter);
        return models.findHere(name, entry.revision()).map(folder -> describe(entry, name, folder, adapter));
    }

    /**
     * Looks for a model, and downloads it where it must.
     *
     * @throws RuntimeException one of oneword's own, if it is nowhere or cannot be used
     */
    EntryModel find(LeaderboardConfig.Entry entry) {
        Optional<Path> adapter = adapter(entry);
        String name = name(entry, adapter);
        return describe(entry, name, models.find(name, entry.revision()), adapter);
    }

    private Optional<Path> adapter(LeaderboardConfig.Entry entry) {
        Optional<Path> adapter = Optional.ofNullable(entry.adapter()).map(paths::find).map(CheckpointStore::locate);
        adapter.ifPresent(folder -> {
            for (String file : new String[] {PeftFiles.CONFIG, PeftFiles.WEIGHTS}) {
                if (!Files.isRegularFile(folder.resolve(file))) {
                    throw new TrainerException("adapter " + folder + ": holds no " + file
                        + "; give a run, a checkpoint or the folder of a PEFT adapter");
                }
            }
        });
        return adapter;
    }

    private static String name(LeaderboardConfig.Entry entry, Optional<Path> adapter) {
        return entry.model() != null ? entry.model() : PeftFiles.baseModel(adapter.orElseThrow());
    }

    private EntryModel describe(
        LeaderboardConfig.Entry entry, String name, Path folder, Optional<Path> adapter) {
        Decoders.read(folder);
        PromptTemplate template = Optional.ofNullable(entry.prompt())
            .or(() -> PromptFile.read(adapter.orElse(folder)).map(PromptFile::template))
            .map(PromptTemplate::new)
            .orElse(PromptTemplate.DEFAULT);
        LeaderboardConfig.Demonstration example = entry.demonstration();
        PromptTemplate shown =
            example == null ? template : template.withDemonstration(example.sentence(), example.word());
        return new EntryModel(
            name, folder, adapter, shown, Hardware.embeddingPrecision(entry.precision(), device), device);
    }
}
