/**
 * The configuration of a training run: YAML files and {@code --set} overrides in, checked records out.
 *
 * <p>All mistakes of a file are reported together, each with its line and its dotted key, before any weight is read.
 * {@link oneword.trainer.config.RunConfig} lists every key with its meaning, range and default.
 */
package oneword.trainer.config;
