package oneword.trainer.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ChartsTest {

    @Test
    void textCanNeverBecomeMarkup() {
        assertThat(new Markup().element("p", "a < b & \"c\" > 'd'\u0000", "title", "\"><script>").toString())
            .isEqualTo("<p title=\"&quot;&gt;&lt;script&gt;\">a &lt; b &amp; &quot;c&quot; &gt; 'd'\uFFFD</p>");
        assertThatThrownBy(() -> new Markup().open("p").toString()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void coloursAreThoseOfViridis() {
        // matplotlib.colormaps["viridis"] at 0, 0.5 and 1
        assertThat(HeatMap.colour(0)).isEqualTo("#440154");
        assertThat(HeatMap.colour(0.5)).isEqualTo("#21918c");
        assertThat(HeatMap.colour(1)).isEqualTo("#fde725");
        assertThat(HeatMap.colour(7)).isEqualTo("#fde725");
    }

    @Test
    void aHeatMapHasACellForEachTwoAndLeavesOutWhatIsNotKnown() {
        String svg = HeatMap.svg("h", "t", new double[][] {{1, Double.NaN}, {0.5, 1}}, List.of(1, 0), 0);
        assertThat(Pattern.compile("<rect").matcher(svg).results().count()).isEqualTo(4);
        assertThat(Pattern.compile("fill=\"none\"").matcher(svg).results().count()).isEqualTo(1);
        assertThat(svg).contains(">.50<", ">1.00<");
    }

    @Test
    void alikeThingsStandTogether() {
        double[][] similarity = new double[6][6];
        int[] group = {0, 1, 2, 0, 1, 2};
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                similarity[i][j] = group[i] == group[j] ? 0.9 : Double.NaN;
            }
        }

        List<Integer> order = Seriation.order(similarity);

        assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
        for (int i = 0; i < 6; i += 2) {
            assertThat(group[order.get(i)]).isEqualTo(group[order.get(i + 1)]);
        }
        assertThat(Seriation.order(new double[0][0])).isEmpty();
    }

    @Test
    void aScatterDrawsEveryPairAndTheMedians() {
        double[] gold = {0, 0, 0, 0, 0, 5, 5, 5, 5, 5};
        double[] cosine = {0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9};

        String svg = ScatterChart.svg("s", "t", gold, cosine, 0);

        assertThat(Pattern.compile("h0").matcher(svg).results().count()).isEqualTo(10);
        assertThat(Pattern.compile("class=\"quartiles\"").matcher(svg).results().count()).isEqualTo(2);
        // Between 258 (cosine 0) and 26 (cosine 1): the medians 0.3 and 0.7.
        assertThat(svg).contains("class=\"medians\"").contains(" 188.4L").contains(" 95.6\"");
    }

    @Test
    void whatLiesOutsideAnAxisIsNotDrawn() {
        Curve curve = new Curve(new double[] {1, 2}, new double[] {0.2, 0.4});
        LineChart chart = new LineChart("c", "t", LineChart.Size.SMALL).axes("step", "norm", 2)
            .series(new LineChart.Series("norm", "main", curve, false));
        assertThat(chart.level(1, "clipped above 1").svg()).doesNotContain("clipped");
        assertThat(chart.level(0.3, "low").svg()).contains(">low<");
    }
}
