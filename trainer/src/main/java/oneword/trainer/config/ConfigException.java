package oneword.trainer.config;

import java.util.List;

/** A configuration that cannot be used; the message is meant for the user and lists everything that is wrong. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /**
     * Reports one problem.
     *
     * @param message what is wrong and the way out
     */
    public ConfigException(String message) {
        super(message);
        this.problems = List.of(message);
    }

    /**
     * Reports all problems of one configuration.
     *
     * @param source what was read, such as a file name
     * @param problems what is wrong, one entry per problem; not empty
     */
    ConfigException(String source, List<String> problems) {
        super(source + " is not a valid configuration:\n  " + String.join("\n  ", problems));
        this.problems = List.copyOf(problems);
    }

    /**
     * Returns the problems, one line each.
     *
     * @return at least one problem, in file order, those of {@code --set} after those of the file
     */
    public List<String> problems() {
        return problems;
    }
}
