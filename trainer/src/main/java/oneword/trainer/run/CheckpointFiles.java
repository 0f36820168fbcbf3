package oneword.trainer.run;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import oneword.lora.adapter.LoraAdapter;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.decoder.Decoder;
import oneword.trainer.checkpoint.FileContent;
import oneword.trainer.checkpoint.TrainerState;
import oneword.trainer.embedding.PromptFile;

/** What stands in a checkpoint: PEFT's adapter, the prompt, the moments and the state of the run. */
final class CheckpointFiles {

    /** Both moments of every matrix. */
    static final String OPTIMIZER = "optimizer.safetensors";

    private CheckpointFiles() {}

    static Map<String, FileContent> of(RunPlan plan, Session session, TrainerState state) {
        Decoder decoder = session.model().decoder();
        LoraAdapter adapter = decoder.adapter().orElseThrow();
        Map<String, FileContent> files = new LinkedHashMap<>();
        files.put(PeftFiles.CONFIG, FileContent.of(PeftFiles.config(adapter.config(), baseModel(plan))));
        files.put(PeftFiles.WEIGHTS, decoder::writeAdapter);
        files.put(OPTIMIZER, session.trainer().optimizer()::write);
        files.put(PromptFile.NAME, FileContent.of(prompt(plan)));
        files.put(TrainerState.FILE_NAME, FileContent.of(state.toJson()));
        return files;
    }

    /** A hub id stays one; a local folder becomes absolute, so that the adapter finds it from anywhere. */
    private static String baseModel(RunPlan plan) {
        String name = plan.config().model().name();
        boolean local = Files.isDirectory(plan.modelFolder()) && plan.modelFolder().endsWith(name);
        return local ? plan.modelFolder().toAbsolutePath().normalize().toString() : name;
    }

    private static byte[] prompt(RunPlan plan) {
        return new PromptFile(plan.prompt().template(), plan.config().prompt().maxSentenceTokens()).toJson();
    }
}
