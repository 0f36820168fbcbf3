/**
 * Batches: which rows stand in which ({@link oneword.data.batch.BatchPlan}), their ids
 * ({@link oneword.data.batch.BatchEncoder}), some steps ahead on a thread of their own
 * ({@link oneword.data.batch.BatchStream}), and cut to what the model takes at once
 * ({@link oneword.data.batch.MicroBatches}).
 */
package oneword.data.batch;
