/**
 * Hostile input. Each method with {@code @FuzzTest} reads one kind of file; a build tries the inputs that are kept in
 * {@code src/test/resources}, and {@code bench/fuzz.sh CLASS METHOD EXECUTIONS} looks for new ones with Jazzer.
 */
package oneword.fuzz;
