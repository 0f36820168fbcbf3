package oneword.trainer.hardware;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says what keeps libtorch from seeing a CUDA device, and the way out.
 *
 * <p>The program brings libtorch's CPU libraries. DJL loads others where {@code PYTORCH_LIBRARY_PATH} names a folder of
 * them, such as {@code torch/lib} of a Python wheel; they must be of the version that its binding was built against.
 */
public final class CudaAdvice {

    private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");

    private CudaAdvice() {}

    /**
     * What is missing on this machine, where {@code Torch.hasCuda()} is false.
     *
     * @param version of libtorch that the binding was built against
     */
    public static String here(String version) {
        return of(DRIVER, System.getenv("PYTORCH_LIBRARY_PATH"), System.getenv("CUDA_VISIBLE_DEVICES"), version);
    }

    /**
     * What is missing.
     *
     * @param driver a file that a loaded NVIDIA driver provides
     * @param libraries folder of libtorch's libraries, or null for those of the program
     * @param visible ids of the devices that CUDA may show, or null for all
     * @param version of libtorch that the binding was built against
     */
    static String of(Path driver, String libraries, String visible, String version) {
        if (!Files.exists(driver)) {
            return "no NVIDIA driver is loaded (" + driver + " is missing)";
        }
        if (libraries == null || libraries.isBlank()) {
            return "there is an NVIDIA driver, but these are libtorch's CPU libraries; PYTORCH_LIBRARY_PATH=FOLDER "
                + "PYTORCH_VERSION=" + version + " PYTORCH_FLAVOR=cu128 takes others, FOLDER being torch/lib of "
                + "PyTorch " + version + " for CUDA 12.8";
        }
        if (!Files.exists(Path.of(libraries, "libtorch_cuda.so"))) {
            return "PYTORCH_LIBRARY_PATH (" + libraries + ") holds no libtorch_cuda.so; take torch/lib of PyTorch "
                + version + " for CUDA 12.8";
        }
        if (visible != null && (visible.isBlank() || visible.startsWith("-"))) {
            return "CUDA_VISIBLE_DEVICES=" + visible + " hides every device";
        }
        return "driver and libraries are there; is the driver new enough for CUDA 12.8 (`nvidia-smi` says), and is "
            + "PYTORCH_FLAVOR=cu128 set?";
    }
}
