package oneword.trainer.mteb;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;
import oneword.trainer.evaluation.SentenceEmbedder;

/** The vectors of a task's sentences. */
final class TaskVectors {

    private final Map<String, float[]> vectors = new HashMap<>();

    private TaskVectors() {}

    static TaskVectors of(StsTask task, SentenceEmbedder embedder) {
        Set<String> distinct = new LinkedHashSet<>();
        for (GradedPair pair : task.pairs()) {
            distinct.add(pair.sentence1());
            distinct.add(pair.sentence2());
        }
        List<String> sentences = List.copyOf(distinct);
        float[][] rows = embedder.embed(sentences);
        TaskVectors found = new TaskVectors();
        for (int i = 0; i < rows.length; i++) {
            found.vectors.put(sentences.get(i), rows[i]);
        }
        return found;
    }

    float[] of(String sentence) {
        return vectors.get(sentence);
    }

    OptionalInt dimensions() {
        return vectors.values().stream().mapToInt(row -> row.length).findFirst();
    }
}
