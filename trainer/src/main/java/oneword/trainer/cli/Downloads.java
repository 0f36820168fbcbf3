package oneword.trainer.cli;

import oneword.trainer.TrainerException;
import oneword.trainer.hub.DownloadProgress;
import oneword.trainer.progress.ProgressDisplay;
import oneword.trainer.progress.Screen;

/** Shows a download on the screen, one display a file. */
final class Downloads implements DownloadProgress {

    private static final long MEBIBYTE = 1L << 20;

    private final Screen screen;
    private ProgressDisplay display;
    private String shown;

    Downloads(Screen screen) {
        this.screen = screen;
    }

    @Override
    public synchronized void advanced(String file, long done, long total) {
        if (Interruption.signal().requested()) {
            throw new TrainerException("stopped; what has arrived of a model is kept, and the same command goes on");
        }
        if (!file.equals(shown)) {
            close();
            display = new ProgressDisplay(screen, file, "MiB", done / MEBIBYTE, Math.max(0, total) / MEBIBYTE);
            shown = file;
        }
        display.update(done / MEBIBYTE);
        if (done == total) {
            close();
        }
    }

    private void close() {
        if (display != null) {
            display.close();
            display = null;
            shown = null;
        }
    }
}
