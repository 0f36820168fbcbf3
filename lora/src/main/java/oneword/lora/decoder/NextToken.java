package oneword.lora.decoder;

/**
 * A token that may come next.
 *
 * @param id its row in the vocabulary
 * @param probability from 0 to 1, of all tokens of the vocabulary
 */
public record NextToken(int id, double probability) {}
