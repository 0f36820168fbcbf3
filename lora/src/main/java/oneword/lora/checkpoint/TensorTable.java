package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The tensors of one file or folder by name, and the message for a name that is not among them. */
final class TensorTable<T> {
    private static final int NAMED_IN_MESSAGE = 3;

    private final Path path;
    private final Map<String, T> byName;

    /** Takes over {@code byName}, whose order is the files' order. */
    TensorTable(Path path, Map<String, T> byName) {
        this.path = path;
        this.byName = Collections.unmodifiableMap(byName);
    }

    Set<String> names() {
        return byName.keySet();
    }

    T get(String name) {
        T found = byName.get(name);
        if (found == null) {
            throw new WeightFileException(path, "has no tensor " + quote(name) + "; " + holdings(name),
                    "check that the weights belong to this model");
        }
        return found;
    }

    private String holdings(String wanted) {
        if (byName.isEmpty()) {
            return "it holds none at all";
        }
        String end = wanted.substring(wanted.lastIndexOf('.', wanted.lastIndexOf('.') - 1) + 1);
        List<String> alike = byName.keySet().stream().filter(name -> name.endsWith(end))
                .limit(NAMED_IN_MESSAGE).toList();
        List<String> some = alike.isEmpty() ? byName.keySet().stream().limit(NAMED_IN_MESSAGE).toList() : alike;
        return "it holds " + byName.size() + ", such as "
                + some.stream().map(WeightFileException::quote).collect(Collectors.joining(", "));
    }
}
