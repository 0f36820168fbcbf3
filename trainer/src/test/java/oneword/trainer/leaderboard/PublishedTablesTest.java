package oneword.trainer.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import oneword.trainer.evaluation.TaskList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PublishedTablesTest {

    static List<PublishedScores> tables() {
        return PublishedTables.rows().stream().filter(row -> !row.scores().isEmpty()).toList();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void theSevenScoresGiveThePrintedAverage(PublishedScores row) {
        assertThat(row.scores()).containsOnlyKeys(TaskList.STS);
        double mean = row.scores().values().stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        assertThat(row.average()).as(row.id()).isCloseTo(mean, within(0.01));
    }

    @Test
    void everyRowHasAnIdOfItsOwnAndASource() {
        assertThat(PublishedTables.ids()).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z0-9.-]+"));
        assertThat(PublishedTables.rows()).allSatisfy(row -> {
            assertThat(row.source()).contains("arXiv:");
            assertThat(row.label()).isNotBlank();
        });
    }

    @Test
    void theTablesOfPromptEolAreThere() {
        assertThat(PublishedTables.ids()).filteredOn(id -> id.startsWith("prompteol-icl-opt-")).hasSize(8);
        assertThat(PublishedTables.ids()).contains("prompteol-opt-1.3b", "prompteol-opt-2.7b", "prompteol-opt-6.7b",
            "prompteol-opt-13b", "prompteol-llama-7b", "prompteol-llama-13b", "prompteol-llama-30b");
        assertThat(PublishedTables.find("prompteol-opt-2.7b").orElseThrow().of("STS13")).hasValue(89.64);
        assertThat(PublishedTables.find(null)).isEmpty();
    }
}
