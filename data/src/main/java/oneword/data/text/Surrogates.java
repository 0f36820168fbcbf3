package oneword.data.text;

/** Java strings may hold half of a surrogate pair; text in UTF-8 cannot. */
public final class Surrogates {

    private Surrogates() {
    }

    /**
     * Finds the first unpaired surrogate.
     *
     * @param text any string
     * @return its index, or -1 if the string is sound
     */
    public static int unpaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }
}
