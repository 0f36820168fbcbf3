package oneword.trainer.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import oneword.data.sts.StsProtocol;

/**
 * A result with what one must know to compare it with another: what {@link ResultsJson} writes.
 *
 * @param result the scores
 * @param model the model's folder or hub id
 * @param adapter the adapter's folder, if one was used
 * @param prompt the prompt template that the sentences were put into
 * @param protocol which form of the STS sets was scored, an {@linkplain StsProtocol#id() id};
 *     transfer tasks have but one form, SentEval's
 * @param sentences how many distinct sentences were embedded
 * @param seconds wall time of the evaluation
 * @param versions of what had a part in it, such as {@code oneword}, {@code djl}, {@code pytorch}, {@code java}
 */
public record EvaluationReport(EvaluationResult result, String model, Optional<String> adapter, String prompt,
                               String protocol, OptionalInt sentences, OptionalDouble seconds,
                               Map<String, String> versions) {

    /** Keeps the versions as they are now, in their order. */
    public EvaluationReport {
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }

    /**
     * The least there is to say, of SentEval's files.
     *
     * @param result the scores
     * @param model the model's folder or hub id
     * @param prompt the prompt template that the sentences were put into
     */
    public EvaluationReport(EvaluationResult result, String model, String prompt) {
        this(result, model, Optional.empty(), prompt, StsProtocol.SENTEVAL.id(), OptionalInt.empty(),
            OptionalDouble.empty(), Map.of());
    }
}
