package oneword.trainer.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import oneword.trainer.config.ConfigNode.Place;

/** Collects what is wrong with one configuration. */
final class Problems {

    private static final int MOST_SHOWN = 50;

    private record Problem(int order, String text) {}

    private final String source;
    private final List<Problem> found = new ArrayList<>();

    Problems(String source) {
        this.source = source;
    }

    void add(Place place, String message) {
        found.add(new Problem(place.line() > 0 ? place.line() : Integer.MAX_VALUE, place + ": " + message));
    }

    /** Adds a problem that is the whole configuration's, such as a key that is missing. */
    void add(String message) {
        add(new Place(source, 0), message);
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            List<String> shown = new ArrayList<>(found.stream()
                    .sorted(Comparator.comparingInt(Problem::order))
                    .map(Problem::text)
                    .limit(MOST_SHOWN)
                    .toList());
            if (found.size() > MOST_SHOWN) {
                shown.add("and " + (found.size() - MOST_SHOWN) + " more");
            }
            throw new ConfigException(source, shown);
        }
    }
}
