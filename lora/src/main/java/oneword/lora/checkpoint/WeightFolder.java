package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The weights of a Hugging Face model folder, in one file or in shards.
 *
 * <p>The first of these that the folder holds is read, as transformers does:
 * <ol>
 * <li>{@code model.safetensors}
 * <li>{@code model.safetensors.index.json} and the shards it names
 * <li>{@code pytorch_model.bin}, see {@link TorchPickleFile}
 * <li>{@code pytorch_model.bin.index.json} and the shards it names
 * </ol>
 * In shards, the tensors are those of the index, each from the shard it is mapped to. A shard is named by a plain
 * file name and lies in the folder itself (it may be a link, as in the hub's cache); it must hold every tensor
 * mapped to it, and what it holds besides is passed over.
 */
public final class WeightFolder implements WeightSource {
    private static final String INDEX_SUFFIX = ".index.json";
    private static final int NAMED_IN_MESSAGE = 20;

    /** The kinds of weight file, the preferred first. */
    private enum Kind {
        SAFETENSORS("model.safetensors", SafetensorsFile::open),
        PICKLE("pytorch_model.bin", TorchPickleFile::open);

        private final String single;
        private final Function<Path, WeightSource> opener;

        Kind(String single, Function<Path, WeightSource> opener) {
            this.single = single;
            this.opener = opener;
        }
    }

    private final List<Path> files;
    private final List<WeightSource> sources;
    private final TensorTable<WeightSource> tensors;

    private WeightFolder(Path path, List<Path> files, List<WeightSource> sources, Map<String, WeightSource> tensors) {
        this.files = List.copyOf(files);
        this.sources = List.copyOf(sources);
        this.tensors = new TensorTable<>(path, tensors);
    }

    /**
     * Opens the weights of a folder; of each file only the header is read.
     *
     * @param folder the model's folder
     * @return the open weights
     * @throws WeightFileException if there is no such folder, it holds no weights that are read here, or one of its
     *     files is missing, damaged or at odds with the index
     */
    public static WeightFolder open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new WeightFileException(folder, Files.exists(folder) ? "expected a model folder, found a file"
                    : "there is no such folder", "give the folder that holds config.json and the weights");
        }
        for (Kind kind : Kind.values()) {
            Path single = folder.resolve(kind.single);
            Path index = folder.resolve(kind.single + INDEX_SUFFIX);
            if (Files.exists(single)) {
                return single(single, kind.opener);
            }
            if (Files.exists(index)) {
                return sharded(ShardIndex.read(index), kind.opener);
            }
        }
        throw new WeightFileException(folder, "expected one of " + Arrays.stream(Kind.values())
                .map(kind -> kind.single + ", " + kind.single + INDEX_SUFFIX).collect(Collectors.joining(", "))
                + ", found " + listing(folder), "download the weights into that folder");
    }

    private static WeightFolder single(Path path, Function<Path, WeightSource> opener) {
        WeightSource source = opener.apply(path);
        Map<String, WeightSource> tensors = new LinkedHashMap<>();
        source.names().forEach(name -> tensors.put(name, source));
        return new WeightFolder(path, List.of(path), List.of(source), tensors);
    }

    private static WeightFolder sharded(ShardIndex index, Function<Path, WeightSource> opener) {
        List<Path> files = new ArrayList<>(List.of(index.file()));
        List<WeightSource> sources = new ArrayList<>();
        Map<String, WeightSource> tensors = new LinkedHashMap<>();
        try {
            for (String shard : index.shards()) {
                Path path = index.resolve(shard);
                WeightSource source = opener.apply(path);
                sources.add(source);
                files.add(path);
                source.names().stream().filter(name -> shard.equals(index.shardOf().get(name)))
                        .forEach(name -> tensors.put(name, source));
            }
            index.shardOf().forEach((name, shard) -> {
                if (!tensors.containsKey(name)) {
                    throw new WeightFileException(index.file(), "says that tensor " + quote(name)
                            + " is in " + shard + ", which does not hold it", "download index and shards again");
                }
            });
        } catch (WeightFileException e) {
            sources.forEach(WeightSource::close);
            throw e;
        }
        return new WeightFolder(index.file(), files, sources, tensors);
    }

    private static String listing(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            List<String> names = entries.map(entry -> entry.getFileName().toString()).sorted().toList();
            if (names.isEmpty()) {
                return "an empty folder";
            }
            return names.stream().limit(NAMED_IN_MESSAGE).map(WeightFileException::quote)
                    .collect(Collectors.joining(", "))
                    + (names.size() > NAMED_IN_MESSAGE ? " and " + (names.size() - NAMED_IN_MESSAGE) + " more" : "");
        } catch (IOException e) {
            throw MappedFile.unreadable(folder, e);
        }
    }

    /**
     * The files that were opened, for whoever records their hashes.
     *
     * @return the index, if there is one, and the weight files, in their names' order
     */
    public List<Path> files() {
        return files;
    }

    @Override
    public Set<String> names() {
        return tensors.names();
    }

    @Override
    public TensorInfo info(String name) {
        return tensors.get(name).info(name);
    }

    @Override
    public ByteBuffer map(String name) {
        return tensors.get(name).map(name);
    }

    @Override
    public List<ByteBuffer> mapChunks(String name, int maxBytes) {
        return tensors.get(name).mapChunks(name, maxBytes);
    }

    @Override
    public void read(String name, ByteBuffer into) {
        tensors.get(name).read(name, into);
    }

    @Override
    public Path file(String name) {
        return tensors.get(name).file(name);
    }

    @Override
    public void close() {
        sources.forEach(WeightSource::close);
    }

    @Override
    public String toString() {
        return files.toString();
    }
}
