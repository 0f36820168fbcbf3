package oneword.data.batch;

/**
 * Sequences of similar length, padded on the right to a rectangle.
 *
 * @param positions [n], which of the caller's sequences each row is
 * @param ids [n, width] row by row; behind a sequence's end stands the pad id
 * @param lengths [n], the real tokens of each row, at least 1
 * @param width the length of the longest
 */
public record MicroBatch(int[] positions, int[] ids, int[] lengths, int width) {
}
