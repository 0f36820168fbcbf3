package oneword.data.text;

/**
 * White space as Python's {@code str.split()} sees it: Unicode's separators of type Zs and bidirectional types WS, B
 * and S.
 */
public final class WhiteSpace {

    private WhiteSpace() {
    }

    /**
     * Collapses white space as {@code ' '.join(text.split())} does.
     *
     * @param text any text
     * @return its words with one space between them
     */
    public static String collapse(String text) {
        StringBuilder result = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isSpace(c)) {
                space = true;
            } else {
                if (space && !result.isEmpty()) {
                    result.append(' ');
                }
                space = false;
                result.append(c);
            }
        }
        return result.toString();
    }

    /**
     * Counts words as {@code len(text.split())} does.
     *
     * @param text any text
     * @return how many
     */
    public static int words(String text) {
        int words = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            boolean space = isSpace(text.charAt(i));
            words += !space && !inside ? 1 : 0;
            inside = !space;
        }
        return words;
    }

    private static boolean isSpace(char c) {
        return c >= 0x09 && c <= 0x0D
            || c >= 0x1C && c <= 0x20
            || c == 0x85
            || c == 0xA0
            || c == 0x1680
            || c >= 0x2000 && c <= 0x200A
            || c == 0x2028
            || c == 0x2029
            || c == 0x202F
            || c == 0x205F
            || c == 0x3000;
    }
}
