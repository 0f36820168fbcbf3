package oneword.trainer.mteb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A similarity task as mteb knows it.
 *
 * @param name its name there, the same as here
 * @param dataset the data set's id on the hub
 * @param revision the commit of that data set which results name as {@code dataset_revision}
 * @param split the scored part
 */
public record MtebTask(String name, String dataset, String revision, String split) {

    private static final List<MtebTask> ALL = read();

    /**
     * The tasks that results can be written for: the seven STS sets.
     *
     * @return in the order of the published tables
     */
    public static List<MtebTask> all() {
        return ALL;
    }

    /**
     * Finds a task.
     *
     * @param name as in {@code --tasks}
     * @return empty for tasks that mteb does not have in this form, such as files of one's own
     */
    public static Optional<MtebTask> named(String name) {
        return ALL.stream().filter(task -> task.name().equals(name)).findFirst();
    }

    private static List<MtebTask> read() {
        try (InputStream in = MtebTask.class.getResourceAsStream("tasks.json")) {
            List<MtebTask> tasks = new ArrayList<>();
            for (JsonNode task : new ObjectMapper().readTree(in).path("tasks")) {
                tasks.add(new MtebTask(task.path("name").asText(), task.path("dataset").asText(),
                    task.path("revision").asText(), task.path("split").asText()));
            }
            return List.copyOf(tasks);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
