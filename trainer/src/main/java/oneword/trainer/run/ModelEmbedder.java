package oneword.trainer.run;

import java.util.List;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.embedding.TextRule;
import oneword.trainer.evaluation.SentenceEmbedder;

/** A model as evaluation sees it. */
record ModelEmbedder(SentenceModel model, StopSignal stop) implements SentenceEmbedder {

    @Override
    public float[][] embed(List<String> sentences) {
        stop.check();
        return model.embed(sentences, TextRule.EVALUATION);
    }

    @Override
    public String describe() {
        return "the model in training";
    }
}
