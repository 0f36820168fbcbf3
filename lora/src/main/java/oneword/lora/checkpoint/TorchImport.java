package oneword.lora.checkpoint;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All that a torch pickle may import. Nothing is ever looked up in a class path or called by name: an import is one
 * of these constants, and {@link PickleReader} knows what each stands for.
 */
enum TorchImport {
    ORDERED_DICT("collections.OrderedDict"),
    REBUILD_TENSOR("torch._utils._rebuild_tensor_v2"),
    REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
    SIZE("torch.Size"),
    DOUBLE_STORAGE("torch.DoubleStorage", DType.F64),
    FLOAT_STORAGE("torch.FloatStorage", DType.F32),
    HALF_STORAGE("torch.HalfStorage", DType.F16),
    BFLOAT16_STORAGE("torch.BFloat16Storage", DType.BF16),
    LONG_STORAGE("torch.LongStorage", DType.I64),
    INT_STORAGE("torch.IntStorage", DType.I32),
    SHORT_STORAGE("torch.ShortStorage", DType.I16),
    CHAR_STORAGE("torch.CharStorage", DType.I8),
    BYTE_STORAGE("torch.ByteStorage", DType.U8),
    BOOL_STORAGE("torch.BoolStorage", DType.BOOL),
    UNTYPED_STORAGE("torch.storage.UntypedStorage", DType.U8);

    private static final Map<String, TorchImport> BY_NAME = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(value -> value.python, Function.identity()));

    private final String python;
    private final DType elements;

    TorchImport(String python) {
        this(python, null);
    }

    TorchImport(String python, DType elements) {
        this.python = python;
        this.elements = elements;
    }

    static Optional<TorchImport> named(String module, String name) {
        return Optional.ofNullable(BY_NAME.get(module + "." + name));
    }

    /** The element type of a storage class; nothing for the other imports. */
    Optional<DType> elements() {
        return Optional.ofNullable(elements);
    }

    @Override
    public String toString() {
        return python;
    }
}
