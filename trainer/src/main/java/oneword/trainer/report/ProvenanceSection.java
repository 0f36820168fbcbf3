package oneword.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** What was run and on what: configuration, versions, seed, hashes, sessions. */
final class ProvenanceSection {

    private final Page page;
    private final RunHistory run;

    ProvenanceSection(Page page, RunHistory run) {
        this.page = page;
        this.run = run;
    }

    void write() {
        page.open("Configuration and provenance");
        if (!run.configText().isBlank()) {
            page.foldPrinted("config.yaml, every key with its value");
            page.body().element("pre", run.configText(), "class", "copy");
            page.unfold();
        }
        environment();
        hashes();
        sessions();
        page.close();
    }

    private void environment() {
        if (run.environment().isEmpty()) {
            return;
        }
        page.foldPrinted("Environment");
        page.tableHead(2, "what", "value");
        for (Map.Entry<String, JsonNode> entry : run.environment().properties()) {
            if (entry.getValue().isValueNode()) {
                row(entry.getKey(), entry.getValue().asText());
            }
        }
        page.tableEnd();
        page.unfold();
    }

    private void hashes() {
        JsonNode hashes = run.environment().path("sha256");
        if (hashes.isEmpty()) {
            return;
        }
        page.foldPrinted("SHA-256 of data and model");
        page.tableHead(2, "file", "SHA-256");
        hashes.properties().forEach(entry -> row(file(entry.getKey()), entry.getValue().asText()));
        page.tableEnd();
        page.unfold();
    }

    private void sessions() {
        JsonNode sessions = run.journal().path("sessions");
        if (sessions.isEmpty()) {
            return;
        }
        page.foldPrinted("Sessions");
        page.tableHead(5, "started", "ended", "steps", "outcome", "oneword");
        for (JsonNode session : sessions) {
            page.body().open("tr");
            cell(session.path("started").asText());
            cell(session.path("ended").asText(Figures.NONE));
            cell(session.path("from_step").asText() + " to " + session.path("to_step").asText("?"));
            cell(session.path("outcome").asText("not told")
                + (session.has("message") ? ": " + session.path("message").asText() : ""));
            cell(session.path("oneword").asText());
            page.body().close().line();
        }
        page.tableEnd();
        page.unfold();
    }

    private void row(String name, String value) {
        page.body().open("tr").element("th", name, "scope", "row", "class", "left").element("td", value, "class",
            "left code").close().line();
    }

    private void cell(String text) {
        page.body().element("td", text, "class", "left");
    }

    /** The last folder and the file: enough to tell it, and nothing of whose machine it was. */
    private static String file(String path) {
        String[] parts = path.split("[/\\\\]");
        return parts.length < 2 ? path : parts[parts.length - 2] + "/" + parts[parts.length - 1];
    }
}
