package oneword.trainer.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Compares configurations, as a resumed run needs it. */
public final class Differences {

    private Differences() {}

    /**
     * Lists the keys in which two configurations differ, in the order of {@link RunConfig}. A list counts as one value.
     *
     * @param before the first configuration, such as the one a run was started with
     * @param after the second one
     * @return one entry per differing key; empty exactly if the two are equal
     */
    public static List<Difference> between(RunConfig before, RunConfig after) {
        List<Difference> found = new ArrayList<>();
        collect("", ConfigTree.of(before), ConfigTree.of(after), found);
        return found;
    }

    private static void collect(String key, JsonNode before, JsonNode after, List<Difference> found) {
        if (before.isObject()) {
            String prefix = key.isEmpty() ? "" : key + ".";
            before.fieldNames().forEachRemaining(
                    name -> collect(prefix + name, before.get(name), after.get(name), found));
        } else if (!before.equals(after)) {
            found.add(new Difference(key, before.toString(), after.toString()));
        }
    }
}
