package oneword.data.sts;

import java.util.List;

/**
 * A set of graded pairs that is scored as one.
 *
 * @param name the name it is known by, such as STS12 or STSBenchmark
 * @param pairs its pairs, those of all sub-sets one after another
 */
public record StsTask(String name, List<GradedPair> pairs) {
}
