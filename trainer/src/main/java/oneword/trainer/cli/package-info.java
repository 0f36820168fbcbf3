/** The command line: what the user types, what the screen says, and the exit codes. */
package oneword.trainer.cli;
