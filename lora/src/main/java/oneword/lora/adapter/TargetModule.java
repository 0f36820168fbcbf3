package oneword.lora.adapter;

/**
 * A linear map of a decoder that may carry an adapter.
 *
 * @param path its name under the decoder, such as {@code layers.0.self_attn.q_proj}
 * @param inputs columns of its weight
 * @param outputs rows of its weight
 */
public record TargetModule(String path, int inputs, int outputs) {

    /** The same map with its path behind a prefix such as {@code layers.3.}. */
    public TargetModule under(String prefix) {
        return new TargetModule(prefix + path, inputs, outputs);
    }

    /** Last part of the path, by which {@code lora.targets} names it. */
    public String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
