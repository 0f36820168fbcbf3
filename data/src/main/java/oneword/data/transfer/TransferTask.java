package oneword.data.transfer;

import java.util.List;
import java.util.stream.Stream;

/**
 * A classification task. Which parts there are says how it is scored: with {@code train} alone by nested
 * cross-validation, with {@code train} and {@code test} by cross-validation on {@code train} and then on {@code test},
 * with all three by choosing on {@code dev}. The examples of a part stand in SentEval's order (by the number of words
 * of the first sentence, then of the second, then by class, otherwise as in the files), on which its folds depend.
 *
 * @param name such as MR or TREC
 * @param classes how many classes
 * @param train examples to learn from
 * @param dev examples to choose on, possibly none
 * @param test examples to be scored, possibly none
 */
public record TransferTask(String name, int classes, List<Example> train, List<Example> dev, List<Example> test) {

    /** Keeps the lists as they are now. */
    public TransferTask {
        train = List.copyOf(train);
        dev = List.copyOf(dev);
        test = List.copyOf(test);
    }

    /**
     * All examples.
     *
     * @return those of train, dev and test
     */
    public Stream<Example> examples() {
        return Stream.of(train, dev, test).flatMap(List::stream);
    }

    /**
     * Whether its examples are pairs of sentences.
     *
     * @return true for MRPC
     */
    public boolean ofPairs() {
        return train.get(0).sentences().size() == 2;
    }
}
