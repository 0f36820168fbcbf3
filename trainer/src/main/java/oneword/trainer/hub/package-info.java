/** From what the user calls a model to a folder on this machine. */
package oneword.trainer.hub;
