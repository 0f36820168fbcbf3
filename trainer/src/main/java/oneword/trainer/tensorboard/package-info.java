/**
 * Event files that TensorBoard reads, written without TensorFlow.
 *
 * <p>{@link oneword.trainer.tensorboard.RecordFile} describes the framing,
 * {@link oneword.trainer.tensorboard.EventCodec} the messages inside.
 */
package oneword.trainer.tensorboard;
