package oneword.trainer.embedding;

import oneword.data.token.SentenceEncoder;

/** How a line of text becomes token ids. */
public enum TextRule {
    /** The rule of the published evaluation: white space collapsed, a full stop at the end, the prompt, no cut. */
    EVALUATION {
        @Override
        int[] ids(SentenceEncoder encoder, String text) {
            return encoder.evaluation(text);
        }
    },
    /** The rule of training: cut to the sentence limit, the prompt. */
    TRAINING {
        @Override
        int[] ids(SentenceEncoder encoder, String text) {
            return encoder.training(text);
        }
    },
    /** The text is the whole prompt. */
    RAW {
        @Override
        int[] ids(SentenceEncoder encoder, String text) {
            return encoder.raw(text);
        }
    };

    abstract int[] ids(SentenceEncoder encoder, String text);
}
