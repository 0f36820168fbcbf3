/**
 * Logistic regression on frozen sentence vectors as SentEval's transfer tasks score them: SentEval's classifier, folds
 * and random numbers, so that the accuracies are those of its own PyTorch program but for float rounding.
 *
 * <p>Source: github.com/facebookresearch/SentEval, senteval/tools/classifier.py and validation.py, with the settings of
 * the published tables (ten folds, Adam, batch 64, tenacity 5, epoch size 4). Plain arrays, no tensors: a nested
 * cross-validation is hundreds of small fits, each of thousands of tiny steps.
 */
package oneword.trainer.classifier;
