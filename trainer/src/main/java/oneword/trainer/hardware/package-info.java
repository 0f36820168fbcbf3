/** What the machine offers: devices, precisions and memory. */
package oneword.trainer.hardware;
