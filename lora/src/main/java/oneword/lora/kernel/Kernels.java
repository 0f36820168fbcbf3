package oneword.lora.kernel;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A loaded TorchScript module whose methods are called by name.
 *
 * <p>Results belong to the manager given to {@link #call}; nothing else is created. Whether autograd records a call is
 * decided by {@link Torch#withGradients}. A method's arguments are single tensors and lists of tensors, in the order in
 * which they are given. Several threads may call at a time, if an array that they share has one name in all calls, or
 * none: DJL writes names on arrays.
 */
public final class Kernels implements AutoCloseable {

    private static final ThreadLocal<Runnable> GUARD = ThreadLocal.withInitial(() -> () -> { });

    private final Model model;
    private final Block block;
    private final ParameterStore noParameters;

    private Kernels(Model model) {
        this.model = model;
        this.block = model.getBlock();
        this.noParameters = new ParameterStore(model.getNDManager(), false);
        // Else a block's first call does it, and two first calls at a time break DJL's lists.
        block.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1));
    }

    /**
     * Compiles a kernel source.
     *
     * @param owner class beside which the resources lie
     * @param attributes values of the module's attributes: Boolean, Integer, Double or String
     * @param device where its results will live
     * @param resources file names of the source, joined in this order; the last declares {@code class Ops}
     * @return the module; close it when done
     */
    public static Kernels load(
        Class<?> owner, Map<String, Object> attributes, Device device, String... resources) {
        Torch.start();
        Model model = Model.newInstance("ops", device, Torch.ENGINE);
        try {
            Path folder = Files.createTempDirectory("oneword-kernel");
            Path archive = folder.resolve("ops.pt");
            try {
                try (OutputStream out = Files.newOutputStream(archive)) {
                    KernelArchive.write(KernelArchive.source(owner, resources), attributes, out);
                }
                model.load(folder, "ops", Map.of("trainParam", "true"));
            } finally {
                Files.deleteIfExists(archive);
                Files.deleteIfExists(folder);
            }
            return new Kernels(model);
        } catch (IOException e) {
            model.close();
            throw new UncheckedIOException(e);
        } catch (MalformedModelException e) {
            model.close();
            throw new IllegalStateException("libtorch refused the kernel " + List.of(resources), e);
        }
    }

    /**
     * Begins a call.
     *
     * @param scope manager that will own the results
     * @param method name of the module's method
     */
    public Call call(NDManager scope, String method) {
        return new Call(scope, method);
    }

    /**
     * Runs work in which a guard is asked before each call of any kernel, on this thread only; the earlier guard
     * returns afterwards. A native call cannot be stopped once it takes memory, but the one after it can.
     *
     * @param guard throws what shall end the work
     * @param work what to run
     */
    public static <T> T guarded(Runnable guard, Supplier<T> work) {
        Runnable before = GUARD.get();
        GUARD.set(guard);
        try {
            return work.get();
        } finally {
            GUARD.set(before);
        }
    }

    @Override
    public void close() {
        model.close();
    }

    /** The arguments of one call. */
    public final class Call {

        private final NDList arguments = new NDList();

        private Call(NDManager scope, String method) {
            // DJL attaches results to the manager of the first entry: hence this one, which only carries the name.
            NDArray name = scope.create(false);
            name.setName("module_method:" + method);
            arguments.add(name);
        }

        /** Adds a single tensor as the next argument. */
        public Call with(NDArray tensor) {
            tensor.setName(null);
            arguments.add(tensor);
            return this;
        }

        /**
         * Adds a whole number as the next argument: a tensor of one int64, on the CPU wherever other tensors live.
         *
         * @param scope lives at least as long as the call
         */
        public Call number(NDManager scope, long value) {
            return with(scope.newSubManager(Device.cpu()).create(new long[] {value}));
        }

        /**
         * Adds a {@code List[Tensor]} as the next argument.
         *
         * @param name a name of its own among this call's lists
         * @param tensors at least one; none may be an argument of this call elsewhere
         */
        public Call list(String name, List<NDArray> tensors) {
            if (tensors.isEmpty()) {
                throw new IllegalArgumentException("DJL cannot pass an empty list: " + name);
            }
            String listName = name + "[]";
            for (NDArray tensor : tensors) {
                tensor.setName(listName);
                arguments.add(tensor);
            }
            return this;
        }

        /** Runs the method and returns its tensors. */
        public NDList run() {
            try {
                GUARD.get().run();
                return block.forward(noParameters, arguments, true);
            } finally {
                arguments.get(0).close();
            }
        }

        /** Runs a method that returns one tensor. */
        public NDArray tensor() {
            return run().singletonOrThrow();
        }
    }
}
