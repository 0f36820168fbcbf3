package oneword.trainer.cli;

/** Entry point of the command line. */
public final class Main {

    private Main() {}

    /**
     * Runs the command line.
     *
     * @param args the words after {@code oneword}
     */
    public static void main(String[] args) {
        System.out.println("oneword");
    }
}
