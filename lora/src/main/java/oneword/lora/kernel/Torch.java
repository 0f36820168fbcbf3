package oneword.lora.kernel;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/**
 * The engine and its process-wide switches.
 *
 * <p>Starting it forbids downloads and telemetry and turns the graph executor's optimiser off: with it on, the first
 * passes differ in their last bits from later ones, and no run could be resumed bit for bit.
 */
public final class Torch {

    /** DJL's name of the engine. */
    static final String ENGINE = "PyTorch";

    private static final boolean STARTED = configure();

    private Torch() {}

    /** Loads libtorch once; later calls do nothing. */
    public static void start() {
        if (STARTED) {
            Engine.getEngine(ENGINE);
        }
    }

    /**
     * Opens a manager that stands on its own.
     *
     * @param device where its arrays live
     */
    public static NDManager newManager(Device device) {
        start();
        return NDManager.newBaseManager(device, ENGINE);
    }

    /** Version of libtorch. */
    public static String version() {
        start();
        return Engine.getEngine(ENGINE).getVersion();
    }

    /** Number of threads inside one operator. */
    public static int threads() {
        start();
        return JniUtils.getNumThreads();
    }

    /** Whether a CUDA device is visible to libtorch. */
    public static boolean hasCuda() {
        start();
        return Engine.getEngine(ENGINE).getGpuCount() > 0;
    }

    /**
     * Runs work while autograd records, on this thread only; the earlier mode returns afterwards.
     *
     * @param work what to run
     */
    public static <T> T withGradients(Supplier<T> work) {
        return inMode(true, work);
    }

    /**
     * Runs work while autograd does not record, on this thread only. New Java threads record by default.
     *
     * @param work what to run
     */
    public static <T> T withoutGradients(Supplier<T> work) {
        return inMode(false, work);
    }

    /**
     * Back-propagates a vector through a recorded result; gradients add up in the leaves.
     *
     * @param result a recorded tensor
     * @param gradient of the loss with respect to it, same shape and type
     */
    public static void backward(NDArray result, NDArray gradient) {
        JniUtils.backward((PtNDArray) result, (PtNDArray) gradient, false, false);
    }

    private static <T> T inMode(boolean gradients, Supplier<T> work) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(gradients);
        try {
            return work.get();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    private static boolean configure() {
        preset("ai.djl.pytorch.graph_optimizer", "false");
        preset("DJL_OFFLINE", "true");
        preset("OPT_OUT_TRACKING", "true");
        preset("RUST_FLAVOR", "cpu");
        return true;
    }

    private static void preset(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
