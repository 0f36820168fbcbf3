package oneword.trainer.evaluation;

import java.util.List;
import java.util.stream.Stream;
import oneword.data.sts.StsTask;
import oneword.data.transfer.Example;
import oneword.data.transfer.TransferTask;

/** Something a model can be scored on. */
public sealed interface Task {

    /**
     * The name it is known by.
     *
     * @return such as STS12, MR or the name of a file of one's own
     */
    String name();

    /**
     * All sentences that have to be embedded, in the order in which they stand, repeats included.
     *
     * @return the sentences
     */
    Stream<String> sentences();

    /**
     * Pairs whose cosine is ranked against a gold score.
     *
     * @param sts the pairs
     */
    record Sts(StsTask sts) implements Task {

        @Override
        public String name() {
            return sts.name();
        }

        @Override
        public Stream<String> sentences() {
            return sts.pairs().stream().flatMap(pair -> Stream.of(pair.sentence1(), pair.sentence2()));
        }
    }

    /**
     * Labelled sentences whose classes a logistic regression on the vectors has to find.
     *
     * @param transfer the examples
     */
    record Transfer(TransferTask transfer) implements Task {

        @Override
        public String name() {
            return transfer.name();
        }

        @Override
        public Stream<String> sentences() {
            return transfer.examples().map(Example::sentences).flatMap(List::stream);
        }
    }
}
