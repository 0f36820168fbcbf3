/**
 * Weight files: from bytes on disk to named buffers, and back.
 *
 * <p>A {@link oneword.lora.checkpoint.WeightSource} gives each tensor of a file or folder as a read-only, little-endian
 * mapping of the file itself, so that a model larger than memory can be read tensor by tensor, or copies it.
 * {@link oneword.lora.checkpoint.WeightFolder} opens a Hugging Face model folder, whole or in shards;
 * {@link oneword.lora.checkpoint.SafetensorsFile} and {@link oneword.lora.checkpoint.SafetensorsWriter} read and write
 * one safetensors file, and {@link oneword.lora.checkpoint.TorchPickleFile} reads what {@code torch.save} wrote.
 *
 * <p>Files are taken as hostile: whatever their bytes, opening one either succeeds or throws
 * {@link oneword.lora.checkpoint.WeightFileException}, runs no code of the file's, and allocates by the bytes that are
 * there, not by the numbers they claim. Nothing here knows of tensors in an engine; buffers become tensors elsewhere.
 */
package oneword.lora.checkpoint;
