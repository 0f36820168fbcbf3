package oneword.lora.decoder;

import java.util.List;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.TargetModule;

/** What a model folder's {@code config.json} says about its decoder: enough to plan a run before any weight is read. */
public interface DecoderConfig {

    /** Number of layers. */
    int layers();

    /** Width d of the vectors that come out. */
    int outputWidth();

    /** Longest row in tokens. */
    int maxPositions();

    /** Id that fills rows up. */
    int padId();

    /** Frozen numbers that a forward pass uses. */
    long frozenParameters();

    /** Every linear map that can carry an adapter, from the bottom up. */
    List<TargetModule> targetModules();

    /** Numbers of the compute type that a layer keeps for one token until its backward pass, at most. */
    long keptPerToken(LoraConfig lora);

    /** Heads of queries in a layer. */
    int heads();

    /**
     * Bytes that a training pass keeps for one token until its backward pass: what layers keep, and in fp32 each head's
     * sum of exponentials.
     */
    default long activationBytesPerToken(Precision precision, LoraConfig lora) {
        return layers() * (keptPerToken(lora) * precision.bytes() + 4L * heads());
    }

    /** Probability of dropout on attention weights while training. */
    double attentionDropout();

    /** Whether the model drops anything while training, the adapter's own dropout aside. */
    boolean drops();

    /**
     * The same configuration with another dropout after attention and feed-forward blocks while training.
     *
     * @param probability from 0 to below 1
     */
    DecoderConfig withDropout(double probability);
}
