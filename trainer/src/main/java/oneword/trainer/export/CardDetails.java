package oneword.trainer.export;

import java.util.List;
import java.util.Optional;
import oneword.trainer.evaluation.EvaluationReport;

/**
 * What a model card says beyond what the checkpoint tells.
 *
 * @param datasets hub ids of the training data, such as {@code princeton-nlp/datasets-for-simcse}
 * @param languages of the sentences, as ISO 639 codes
 * @param license an identifier of the hub such as {@code apache-2.0}; for OPT's own licence, {@code other}
 * @param results measured scores
 */
public record CardDetails(
    List<String> datasets, List<String> languages, Optional<String> license, Optional<EvaluationReport> results) {

    /** Copies the lists. */
    public CardDetails {
        datasets = List.copyOf(datasets);
        languages = List.copyOf(languages);
    }

    /** English, and nothing else is known. */
    public static CardDetails none() {
        return new CardDetails(List.of(), List.of("en"), Optional.empty(), Optional.empty());
    }
}
