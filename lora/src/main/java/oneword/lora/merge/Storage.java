package oneword.lora.merge;

import java.util.Locale;

/** The type in which merged weights are stored. */
public enum Storage {
    /** Each tensor in the type it has in the base model's file; adapted ones are rounded to nearest, ties to even. */
    BASE,
    /** Every floating-point tensor in fp32: nothing is rounded, a half-precision base takes twice the room. */
    FP32;

    /** Name on the command line. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
