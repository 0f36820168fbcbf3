/** JMH benchmarks of what a training step consists of. Each invocation is one native call, or one and its gradient. */
package oneword.bench;
