package oneword.trainer.mteb;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What mteb is to call a model.
 *
 * @param name {@code organisation/model}, such as {@code facebook/opt-125m}; mteb tells models apart by it
 * @param revision which state of the model, one plain word
 * @param adaptedFrom hub id of the base model, where there is one
 * @param dimensions d, the numbers of a vector, where known
 */
public record MtebModel(String name, String revision, Optional<String> adaptedFrom, OptionalInt dimensions) {

    private static final Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");
    private static final Pattern UNFIT = Pattern.compile("[^A-Za-z0-9._-]+");

    /** Refuses what is no name of a folder there. */
    public MtebModel {
        if (!HUB_ID.matcher(name).matches()) {
            throw new IllegalArgumentException("not of the form organisation/model: " + name);
        }
        if (UNFIT.matcher(revision).find() || revision.isEmpty() || revision.startsWith(".")) {
            throw new IllegalArgumentException("not a plain word: " + revision);
        }
    }

    /**
     * Names a model by any text. A hub id stays as it is; other texts become {@code oneword/TEXT}, with a hyphen for
     * what a name may not hold.
     *
     * @param text a hub id, a folder, an adapter's name
     * @param revision any text, such as a commit
     */
    public static MtebModel named(String text, String revision) {
        String name = HUB_ID.matcher(text).matches() ? text : "oneword/" + word(text);
        return new MtebModel(name, word(revision), Optional.empty(), OptionalInt.empty());
    }

    /** The name of the model's folder in a result cache. */
    String folder() {
        return name.replace("/", "__");
    }

    /** Nothing but letters, digits, dots, hyphens and underscores, and no dot or hyphen at the ends. */
    private static String word(String text) {
        String word = UNFIT.matcher(text).replaceAll("-").replaceAll("^[._-]+|[.-]+$", "");
        return word.isEmpty() ? "unnamed" : word;
    }
}
