/**
 * From a Hugging Face model folder to a decoder that turns token ids into vectors.
 *
 * <p>A family is a config reader, the names of its weights and a kernel resource, registered in {@link
 * oneword.lora.decoder.Decoders}.
 */
package oneword.lora.decoder;
