package oneword.lora.checkpoint;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a torch pickle can hold besides the Java values {@link String}, {@link Long}, {@link BigInteger},
 * {@link Double} and {@link Boolean}. Containers may hold each other and themselves, so nothing here is compared,
 * hashed or printed by content.
 */
interface PickleValue {
    /** Python's None. */
    PickleValue NONE = new PickleValue() {
    };

    /** A list, filled after it was made. */
    final class PyList implements PickleValue {
        private final List<Object> items = new ArrayList<>(0);

        List<Object> items() {
            return items;
        }
    }

    /** A dict or OrderedDict with strings or whole numbers as keys. */
    final class PyDict implements PickleValue {
        private final Map<Object, Object> entries = new LinkedHashMap<>();

        Map<Object, Object> entries() {
            return entries;
        }
    }

    /** A tuple, or the torch.Size made of one. */
    final class PyTuple implements PickleValue {
        private final List<Object> items;

        PyTuple(List<Object> items) {
            this.items = items;
        }

        List<Object> items() {
            return items;
        }
    }

    /** Elements in a record of their own, which tensors may share: the key names the record. */
    record Storage(String key, DType dtype, long elements) implements PickleValue {
        long bytes() {
            return elements * dtype.size();
        }
    }

    /** Some elements of a storage: number {@code offset} and those at the strides from it. */
    final class Tensor implements PickleValue {
        private final Storage storage;
        private final long offset;
        private final long[] shape;
        private final long[] strides;

        Tensor(Storage storage, long offset, long[] shape, long[] strides) {
            this.storage = storage;
            this.offset = offset;
            this.shape = shape;
            this.strides = strides;
        }

        Storage storage() {
            return storage;
        }

        long offset() {
            return offset;
        }

        long[] shape() {
            return shape;
        }

        long[] strides() {
            return strides;
        }
    }

    /** What kind of thing a value is, for messages. */
    static String describe(Object value) {
        if (value instanceof String) {
            return "a string";
        } else if (value instanceof Long || value instanceof BigInteger) {
            return "a whole number";
        } else if (value instanceof Double) {
            return "a float";
        } else if (value instanceof Boolean) {
            return "a boolean";
        } else if (value instanceof PyDict) {
            return "a dict";
        } else if (value instanceof PyList) {
            return "a list";
        } else if (value instanceof PyTuple) {
            return "a tuple";
        } else if (value instanceof Tensor) {
            return "a tensor";
        } else if (value instanceof Storage) {
            return "a storage";
        } else if (value instanceof TorchImport named) {
            return "the class or function " + named;
        }
        return "None";
    }
}
