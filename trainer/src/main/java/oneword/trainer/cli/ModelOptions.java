package oneword.trainer.cli;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import oneword.data.prompt.PromptTemplate;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.decoder.Precision;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.checkpoint.Sha256;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.RunConfig;
import oneword.trainer.embedding.ModelFingerprint;
import oneword.trainer.embedding.PromptFile;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.hardware.Hardware;
import oneword.trainer.hub.ModelLocator;
import oneword.trainer.mteb.MtebModel;
import oneword.trainer.progress.Screen;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which model a command works with, and where. */
final class ModelOptions {

    private static final int MTEB_REVISION_DIGITS = 40;

    @Option(names = "--model", paramLabel = "DIR|HUB_ID",
        description = "Hugging Face folder or hub id. Default: the base model that the adapter names.")
    private String model;

    @Option(names = "--revision", paramLabel = "REV", defaultValue = "main",
        description = "Branch, tag or commit of a hub id (default: ${DEFAULT-VALUE}).")
    private String revision;

    @Option(names = "--adapter", paramLabel = "DIR",
        description = "PEFT adapter, a checkpoint, or a run (its best checkpoint).")
    private String adapter;

    @Option(names = "--prompt", paramLabel = "TEMPLATE",
        description = "Text around {sentence}. Default: the prompt saved with the adapter or model, else PromptEOL's.")
    private String prompt;

    @Option(names = "--precision", paramLabel = "auto|fp32|bf16|fp16", defaultValue = "auto",
        description = "Type of the frozen weights; auto is fp32 on a CPU, bf16 on a GPU (default: ${DEFAULT-VALUE}).")
    private RunConfig.Precision precision;

    @Option(names = "--device", paramLabel = "auto|cpu|cuda", defaultValue = "auto",
        description = "Where it runs (default: ${DEFAULT-VALUE}).")
    private RunConfig.Device device;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** A model that is ready, and what it is called. */
    record Opened(SentenceModel model, String name, Optional<String> adapter, PromptTemplate prompt)
        implements AutoCloseable {

        @Override
        public void close() {
            model.close();
        }
    }

    /**
     * What the options came to.
     *
     * @param name of the model, as given
     * @param folder where its files are
     * @param adapter where the adapter's files are
     * @param prompt text around each sentence
     * @param precision type of the frozen weights
     * @param device where it will run
     */
    record Choice(String name, Path folder, Optional<Path> adapter, PromptTemplate prompt, Precision precision,
        Device device) {

        Opened open() {
            SentenceModel model = Interruption.signal().leaving(
                () -> SentenceModel.open(folder, adapter, Optional.of(prompt), precision, device));
            return new Opened(model, name, adapter.map(Path::toString), prompt);
        }

        /** The name of the adapter, or else of the model, and as revision a hash of all that its vectors depend on. */
        MtebModel forMteb() {
            Path here = paths().workingDirectory().toAbsolutePath().normalize();
            String called = adapter.map(files -> files.toAbsolutePath().normalize())
                .map(files -> files.startsWith(here) && !files.equals(here) ? here.relativize(files) : files)
                .map(Path::toString).orElse(name);
            String hash = Sha256.of(Stream.of(ModelFingerprint.of(folder), adapter.map(ModelFingerprint::of).orElse(""),
                prompt.template(), precision.key(), device.getDeviceType()));
            return MtebModel.named(called, hash.substring(0, MTEB_REVISION_DIGITS));
        }

        /** All that vectors depend on besides text, by name, so that work can go on later with the same. */
        Map<String, String> settings() {
            Map<String, String> settings = new LinkedHashMap<>();
            settings.put("model", name + " [" + ModelFingerprint.of(folder) + "]");
            settings.put("adapter",
                adapter.map(files -> files + " [" + ModelFingerprint.of(files) + "]").orElse("none"));
            settings.put("prompt", prompt.template());
            settings.put("precision", precision.key());
            settings.put("device", device.getDeviceType());
            return settings;
        }
    }

    static InputPaths paths() {
        return new InputPaths(Path.of("").toAbsolutePath(), Main.home());
    }

    /** Finds models, downloading what is not here yet. */
    static ModelLocator models() {
        Downloads downloads = new Downloads(Screen.stderr());
        return new ModelLocator(
            paths().workingDirectory(), paths().home(), System.getenv(), Screen.stderr()::println, downloads);
    }

    /**
     * Finds out which model is meant; downloads it where it is not here, and reads no weight.
     *
     * @param demonstration sentence and word put before the prompt; empty means none
     */
    Choice choose(Optional<String> demonstration) {
        InputPaths paths = paths();
        Optional<Path> adapterFolder = Optional.ofNullable(adapter).map(paths::find).map(CheckpointStore::locate);
        if (model == null && adapterFolder.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Give --model DIR|HUB_ID or --adapter DIR");
        }
        String name = model == null ? PeftFiles.baseModel(adapterFolder.orElseThrow()) : model;
        Path folder = Interruption.signal().leaving(() -> models().find(name, revision));
        PromptTemplate template = Optional.ofNullable(prompt)
            .or(() -> PromptFile.read(adapterFolder.orElse(folder)).map(PromptFile::template))
            .map(PromptTemplate::new)
            .orElse(PromptTemplate.DEFAULT);
        PromptTemplate shown = demonstration.map(text -> demonstrate(template, text)).orElse(template);
        Device place = Hardware.device(device);
        return new Choice(
            name, folder, adapterFolder, shown, Hardware.embeddingPrecision(precision, place), place);
    }

    private PromptTemplate demonstrate(PromptTemplate template, String text) {
        int bar = text.lastIndexOf('|');
        if (bar < 1 || bar == text.length() - 1) {
            throw new ParameterException(
                spec.commandLine(), "--demonstration: expected 'sentence|word', found '" + text + "'");
        }
        return template.withDemonstration(text.substring(0, bar), text.substring(bar + 1));
    }
}
