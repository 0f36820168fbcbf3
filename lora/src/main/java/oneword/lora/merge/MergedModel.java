package oneword.lora.merge;

import java.nio.file.Path;

/**
 * What a merge wrote.
 *
 * @param folder where the model lies
 * @param modules linear maps that an adapter went into
 * @param shards weight files
 * @param bytes of all tensors
 */
public record MergedModel(Path folder, int modules, int shards, long bytes) {}
