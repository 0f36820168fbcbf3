package oneword.trainer;

import java.util.Optional;

/** Versions of this build. */
public final class Version {

    /** Version of oneword, from the jar; "development" where it runs from classes. */
    public static final String ONEWORD =
        Optional.ofNullable(Version.class.getPackage().getImplementationVersion()).orElse("development");

    private Version() {}
}
