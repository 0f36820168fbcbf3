/**
 * Strict readers of text files: UTF-8 that is never repaired, lines that end at a line feed only, tables and JSON
 * lines that know the line they stand at.
 */
package oneword.data.text;
