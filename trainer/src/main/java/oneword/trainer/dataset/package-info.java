/**
 * Public data sets: where they are, how they are fetched, checked and unpacked. What is known of them stands in the
 * resource {@code sources.json}; nothing is fetched unless the user asks for it by name.
 */
package oneword.trainer.dataset;
