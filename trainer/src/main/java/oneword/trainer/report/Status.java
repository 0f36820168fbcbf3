package oneword.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/**
 * How a run stands.
 *
 * @param key {@code finished}, {@code running}, {@code stopped} or {@code failed}, a class of the style sheet
 * @param text for people
 */
record Status(String key, String text) {

    /** Reads it off the last session; without one, off what there is. */
    static Status of(RunHistory run) {
        long total = run.journal().path("steps").asLong();
        String where = "after step " + Figures.count(run.lastStep())
            + (total > 0 ? " of " + Figures.count(total) : "");
        JsonNode sessions = run.journal().path("sessions");
        if (!sessions.isArray() || sessions.isEmpty()) {
            return run.results().has("after")
                ? new Status("finished", "finished") : new Status("stopped", "not finished, " + where);
        }
        JsonNode last = sessions.get(sessions.size() - 1);
        return switch (last.path("outcome").asText()) {
            case "finished" -> new Status("finished", "finished");
            case "stopped" -> new Status("stopped", "stopped " + where);
            case "failed" -> new Status("failed", "failed " + where);
            default -> isAlive(last.path("process"))
                ? new Status("running", "running, " + where)
                : new Status("stopped", "ended without a word " + where + ", or running on another machine");
        };
    }

    /** Why the last session failed; empty where it did not. */
    static Optional<String> failure(RunHistory run) {
        JsonNode sessions = run.journal().path("sessions");
        return Optional.ofNullable(sessions.path(sessions.size() - 1).path("message").textValue());
    }

    private static boolean isAlive(JsonNode process) {
        return ProcessHandle.of(process.path("id").asLong(-1)).filter(ProcessHandle::isAlive)
            .flatMap(found -> found.info().startInstant()).map(Instant::toString)
            .filter(started -> started.equals(process.path("started").asText())).isPresent();
    }
}
