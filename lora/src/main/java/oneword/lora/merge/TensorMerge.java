package oneword.lora.merge;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import oneword.lora.LoraException;
import oneword.lora.adapter.AdapterFile;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.TensorData;
import oneword.lora.checkpoint.TensorInfo;
import oneword.lora.checkpoint.WeightSource;
import oneword.lora.kernel.Kernels;
import oneword.lora.kernel.Torch;

/** The tensors of a merged model, each computed in pieces of some rows when it is written. Kernel: {@code merge.py}. */
final class TensorMerge implements AutoCloseable {

    /** Bytes of the base's tensor that one piece takes, unless a single row is larger. */
    private static final int PIECE_BYTES = 32 << 20;

    private final WeightSource weights;
    private final AdapterFile adapter;
    private final Storage storage;
    private final NDManager manager;
    private final Map<DType, Kernels> kernels = new EnumMap<>(DType.class);

    TensorMerge(WeightSource weights, AdapterFile adapter, Storage storage) {
        this.weights = weights;
        this.adapter = adapter;
        this.storage = storage;
        this.manager = Torch.newManager(Device.cpu());
    }

    /**
     * Describes a tensor of the merged model; it may be written as long as this object is open.
     *
     * @param name of the base's tensor
     * @param module the adapter's module that goes into it, or null
     */
    TensorData tensor(String name, String module) {
        TensorInfo info = weights.info(name);
        DType stored = storage == Storage.FP32 && scalarType(info.dtype()) >= 0 ? DType.F32 : info.dtype();
        return new TensorData(name, stored, info.shape(), () -> {
            if (module == null && stored == info.dtype()) {
                return weights.mapChunks(name, PIECE_BYTES);
            }
            return () -> new Pieces(info, stored, module);
        });
    }

    /** ATen's number of a floating-point type; -1 for all others. */
    private static int scalarType(DType type) {
        return switch (type) {
            case F16 -> 5;
            case F32 -> 6;
            case F64 -> 7;
            case BF16 -> 15;
            default -> -1;
        };
    }

    private Kernels kernels(DType stored) {
        return kernels.computeIfAbsent(stored, type -> Kernels.load(Kernels.class,
            Map.of("scale", adapter.config().scale(), "stored", scalarType(type)), Device.cpu(), "merge.py"));
    }

    @Override
    public void close() {
        kernels.values().forEach(Kernels::close);
        manager.close();
    }

    /** Whole rows of one tensor, computed one piece after the other; what they need is held until the last is drawn. */
    private final class Pieces implements Iterator<ByteBuffer> {

        private final TensorInfo info;
        private final DType stored;
        private final long columns;
        private final Iterator<ByteBuffer> source;
        private final NDManager matrices = manager.newSubManager();
        private final NDArray a;
        private final NDArray b;
        private long row;

        Pieces(TensorInfo info, DType stored, String module) {
            this.info = info;
            this.stored = stored;
            this.columns = module == null ? 1 : adapter.inputs(module);
            this.a = module == null ? null : adapter.a(matrices, module);
            this.b = module == null ? null : adapter.b(matrices, module);
            long rowBytes = columns * info.dtype().size();
            this.source = pieces(Math.max(1, PIECE_BYTES / rowBytes) * rowBytes).iterator();
        }

        private List<ByteBuffer> pieces(long bytes) {
            return weights.mapChunks(info.name(), Math.toIntExact(bytes));
        }

        @Override
        public boolean hasNext() {
            return source.hasNext();
        }

        @Override
        public ByteBuffer next() {
            if (!source.hasNext()) {
                throw new NoSuchElementException();
            }
            ByteBuffer piece = source.next();
            ByteBuffer result = Torch.withoutGradients(() -> compute(piece));
            if (!source.hasNext()) {
                matrices.close();
            }
            return result;
        }

        private ByteBuffer compute(ByteBuffer piece) {
            if (!piece.hasRemaining()) {
                return piece;
            }
            try (NDManager scope = matrices.newSubManager()) {
                long rows = piece.remaining() / info.dtype().size() / columns;
                NDArray w = scope.create(piece, new Shape(rows, columns), arrived(info.dtype()));
                String method = (a == null ? "convert" : "merge") + (info.dtype() == DType.BF16 ? "_bfloat16" : "");
                Kernels.Call call = kernels(stored).call(scope, method).with(w);
                if (a != null) {
                    NDArray slice = b.get(row + ":" + (row + rows));
                    slice.attach(scope);
                    call.with(slice).with(a);
                }
                NDList result = call.run();
                if (!result.get(1).getBoolean()) {
                    throw new LoraException(weights.file(info.name()) + ": " + info.name() + ": "
                        + (a == null ? "holds NaN or infinity; download the model again"
                            : "with its adapter it holds numbers that are not finite in " + stored
                                + "; the adapter has diverged, or needs fp32 storage"));
                }
                row += rows;
                return result.get(0).toByteBuffer();
            }
        }

        private DataType arrived(DType type) {
            return switch (type) {
                case F64 -> DataType.FLOAT64;
                case F32 -> DataType.FLOAT32;
                default -> DataType.FLOAT16;
            };
        }
    }
}
