package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A state dict saved by {@code torch.save}, such as {@code pytorch_model.bin}, read in place and without running
 * anything of it.
 *
 * <p>Two layouts are read:
 * <pre>{@code
 * File     --> Zip | Legacy
 * Zip      --> (torch 1.6 and later) a zip archive of stored entries, all in one folder:
 *              FOLDER/data.pkl   one Pickle, the state dict
 *              FOLDER/data/KEY   a storage: its elements, and nothing else
 *              FOLDER/byteorder  "little", if it is there
 *              and entries that are not needed (version, .format_version, …)
 * Legacy   --> Magic, Protocol, System, StateDict, Keys, { Storage }, nothing more
 * Magic    --> Pickle of 0x1950a86a20f9469cfc6c
 * Protocol --> Pickle of 1001
 * System   --> Pickle of {"little_endian": True, ...}
 * Keys     --> Pickle of the keys of all storages, in the order in which they follow
 * Storage  --> int64 (number of elements), its elements
 * }</pre>
 * Elements are little-endian. The state dict maps names to tensors; a tensor is some elements of a storage at
 * strides, and several may share one (tied weights). A tensor whose elements are not one row-major run (a saved
 * transpose) is gathered into memory when it is asked for, and its {@link TensorInfo#offset()} is
 * {@link TensorInfo#SCATTERED}.
 *
 * <p><b>Safety.</b> A pickle is a program, and one that is run as Python does can do anything. {@link PickleReader}
 * knows only what weights need: {@code collections.OrderedDict}, {@code torch._utils._rebuild_tensor_v2} and
 * {@code _rebuild_parameter}, {@code torch.Size} and the storage classes of {@link DType}'s types. Any other import
 * is refused by its name, and was not looked up.
 */
public final class TorchPickleFile implements WeightSource {
    static final String DAMAGED = "the file is damaged or not a torch state dict: download or save it again";

    private static final int ZIP = 0x04034b50;
    private static final int PICKLE = 0x80;

    private final MappedFile file;
    private final TensorTable<StridedTensor> tensors;

    private TorchPickleFile(MappedFile file, TorchContents contents) {
        this.file = file;
        this.tensors = new TensorTable<>(file.path(), tensors(file.path(), contents));
    }

    /**
     * Opens a file and reads its pickle; of the storages only the places are looked at.
     *
     * @param path the file
     * @return the open file
     * @throws WeightFileException if there is no such file, it cannot be read, it departs from the grammar, or it
     *     holds anything but a dict of tensors
     */
    public static TorchPickleFile open(Path path) {
        MappedFile file = MappedFile.open(path);
        try {
            return new TorchPickleFile(file, contents(file));
        } catch (WeightFileException e) {
            file.close();
            throw e;
        }
    }

    private static TorchContents contents(MappedFile file) {
        byte[] start = file.read(0, (int) Math.min(file.size(), Integer.BYTES));
        if (start.length == Integer.BYTES && ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt() == ZIP) {
            return TorchContents.ofZip(file);
        }
        if (start.length > 0 && (start[0] & 0xFF) == PICKLE) {
            return TorchContents.ofLegacy(file);
        }
        throw new WeightFileException(file.path(), "begins neither as a zip archive nor as a pickle", DAMAGED);
    }

    private static Map<String, StridedTensor> tensors(Path path, TorchContents contents) {
        if (!(contents.root() instanceof PickleValue.PyDict dict)) {
            throw notWeights(path, "the file holds " + PickleValue.describe(contents.root()));
        }
        Map<String, StridedTensor> tensors = new LinkedHashMap<>();
        dict.entries().forEach((key, value) -> {
            if (!(key instanceof String name) || !(value instanceof PickleValue.Tensor tensor)) {
                throw notWeights(path, "its entry " + quote(key.toString()) + " is " + PickleValue.describe(value));
            }
            tensors.put(name, StridedTensor.of(path, name, tensor, contents.offsets().get(tensor.storage().key())));
        });
        return tensors;
    }

    private static WeightFileException notWeights(Path path, String found) {
        return new WeightFileException(path, "expected a dict from names to tensors, " + found,
                "save model.state_dict() alone, best as safetensors");
    }

    @Override
    public Set<String> names() {
        return tensors.names();
    }

    @Override
    public TensorInfo info(String name) {
        return tensors.get(name).info();
    }

    @Override
    public ByteBuffer map(String name) {
        StridedTensor tensor = tensors.get(name);
        return isScattered(tensor) ? tensor.gather(file) : file.map(tensor.info());
    }

    @Override
    public List<ByteBuffer> mapChunks(String name, int maxBytes) {
        StridedTensor tensor = tensors.get(name);
        if (!isScattered(tensor)) {
            return file.mapChunks(tensor.info(), maxBytes);
        }
        int chunk = MappedFile.wholeElements(tensor.info(), maxBytes);
        ByteBuffer all = tensor.gather(file);
        List<ByteBuffer> chunks = new ArrayList<>();
        for (long at = 0; at < all.limit(); at += chunk) {
            int length = (int) Math.min(chunk, all.limit() - at);
            chunks.add(all.slice((int) at, length).order(ByteOrder.LITTLE_ENDIAN));
        }
        return List.copyOf(chunks);
    }

    @Override
    public void read(String name, ByteBuffer into) {
        StridedTensor tensor = tensors.get(name);
        if (isScattered(tensor)) {
            tensor.gather(file, MappedFile.room(tensor.info(), into));
        } else {
            file.read(tensor.info(), into);
        }
    }

    private static boolean isScattered(StridedTensor tensor) {
        return tensor.info().offset() == TensorInfo.SCATTERED;
    }

    @Override
    public Path file(String name) {
        tensors.get(name);
        return file.path();
    }

    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return file.path().toString();
    }
}
