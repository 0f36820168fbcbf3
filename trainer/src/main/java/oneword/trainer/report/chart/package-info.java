/**
 * Charts as static SVG: axes with round ticks, curves, scatters and heat maps.
 *
 * <p>A chart knows numbers and words only. Its colours are classes of the page's style sheet; its geometry stands in
 * {@code data-} attributes, so that a script can tell what lies under the pointer. Without any script a chart is whole.
 */
package oneword.trainer.report.chart;
