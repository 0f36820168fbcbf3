/** Natural language inference: pairs with a label, and the triples that are formed of them and trained on. */
package oneword.data.nli;
