package oneword.trainer.dataset;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import oneword.trainer.TrainerException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks chosen entries of an archive that nobody vouches for. An entry whose name leads elsewhere (absolute, with
 * {@code ..}, a drive or a backslash) condemns the whole archive; links and devices are never made; the number of
 * entries and the bytes written have bounds.
 */
final class Archive {

    private static final int MOST_ENTRIES = 100_000;
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final Map<String, String> take;
    private final Path into;
    private final long limit;
    private long written;
    private int entries;
    private int taken;

    /**
     * An archive to unpack.
     *
     * @param file the archive
     * @param take which entries are kept, and under what name
     * @param into the folder they go to
     * @param limit most bytes that are written
     */
    Archive(Path file, Map<String, String> take, Path into, long limit) {
        this.file = file;
        this.take = take;
        this.into = into;
        this.limit = limit;
    }

    /**
     * Unpacks it.
     *
     * @param format how it is packed
     * @throws TrainerException if it is damaged, unsafe, too large, or holds nothing that is asked for
     */
    void unpack(DatasetSource.Format format) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            switch (format) {
                case FILE -> write("", in);
                case TAR -> untar(in);
                case TAR_GZ -> untar(new GZIPInputStream(in));
                case ZIP -> unzip(in);
                default -> throw new IllegalStateException(format.name());
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new TrainerException(file + ": cannot be unpacked as " + format.name().toLowerCase(Locale.ROOT)
                + ": " + e.getMessage() + "\n  It is damaged, or something else (a web page?).", e);
        }
        if (taken == 0) {
            throw new TrainerException(file + ": has " + entries + " entries, none of which begins with "
                + String.join(", ", take.keySet()) + "\n  It is damaged, or something else (a web page?).");
        }
    }

    private void untar(InputStream in) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                check(entry.getName());
                if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink()) {
                    write(entry.getName(), tar);
                }
            }
        }
    }

    private void unzip(InputStream in) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                check(entry.getName());
                if (!entry.isDirectory()) {
                    write(entry.getName(), zip);
                }
            }
        }
    }

    private void check(String name) {
        entries++;
        boolean leadsOut = name.startsWith("/") || name.contains("\\") || name.contains(":") || name.indexOf(0) >= 0
            || Arrays.asList(name.split("/")).contains("..");
        if (leadsOut || entries > MOST_ENTRIES) {
            throw new TrainerException(file + ": " + (leadsOut ? "holds an entry whose name leads out of it: '" + name
                + "'" : "holds more than " + MOST_ENTRIES + " entries") + "\n  Nothing of it was kept.");
        }
    }

    private void write(String name, InputStream content) throws IOException {
        Optional<Path> target = target(name.startsWith("./") ? name.substring(2) : name);
        if (target.isEmpty()) {
            return;
        }
        taken++;
        Files.createDirectories(target.get().getParent());
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target.get()), BUFFER)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                written += n;
                if (written > limit) {
                    throw new TrainerException(file + ": unpacks to more than the " + limit
                        + " bytes that are allowed\n  Nothing of it was kept.");
                }
                out.write(buffer, 0, n);
            }
        }
    }

    private Optional<Path> target(String name) {
        String best = null;
        for (String beginning : take.keySet()) {
            if (name.startsWith(beginning) && (best == null || beginning.length() > best.length())) {
                best = beginning;
            }
        }
        if (best == null) {
            return Optional.empty();
        }
        Path target = into.resolve(take.get(best) + name.substring(best.length())).normalize();
        if (!target.startsWith(into)) {
            throw new TrainerException(file + ": '" + name + "' leads out of " + into);
        }
        return Optional.of(target);
    }
}
