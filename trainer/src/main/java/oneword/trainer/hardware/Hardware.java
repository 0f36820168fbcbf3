package oneword.trainer.hardware;

import ai.djl.Device;
import oneword.lora.decoder.Precision;
import oneword.lora.kernel.Torch;
import oneword.trainer.TrainerException;
import oneword.trainer.config.RunConfig;

/** Chooses the device and the precision that a command asked for. */
public final class Hardware {

    private Hardware() {}

    /**
     * Chooses a device.
     *
     * @param wanted auto takes a GPU where there is one
     * @throws TrainerException where a GPU is asked for and libtorch sees none
     */
    public static Device device(RunConfig.Device wanted) {
        if (wanted == RunConfig.Device.CPU) {
            return Device.cpu();
        }
        boolean gpu = Torch.hasCuda();
        if (!gpu && wanted == RunConfig.Device.CUDA) {
            throw new TrainerException("device cuda: PyTorch " + Torch.version() + " sees no GPU here; "
                + "`oneword doctor` says what it found, and `device: cpu` trains without one");
        }
        return gpu ? Device.gpu() : Device.cpu();
    }

    /**
     * Chooses a precision for training.
     *
     * @param wanted auto takes what the device multiplies fastest
     * @param device where the run will be
     */
    public static Precision.Choice trainingPrecision(RunConfig.Precision wanted, Device device) {
        return switch (wanted) {
            case AUTO -> Precision.auto(device);
            case FP32 -> new Precision.Choice(Precision.FP32, "asked for");
            case BF16 -> new Precision.Choice(Precision.BF16, "asked for");
            case FP16 -> new Precision.Choice(
                Precision.FP16, device.isGpu() ? "asked for" : "asked for; on a CPU fp32 is many times faster");
        };
    }

    /**
     * Chooses a precision for evaluation and embedding.
     *
     * @param wanted auto is fp32 on a CPU and bf16 on a GPU
     * @param device where the model will be
     */
    public static Precision embeddingPrecision(RunConfig.Precision wanted, Device device) {
        return switch (wanted) {
            case AUTO -> device.isGpu() ? Precision.BF16 : Precision.FP32;
            case FP32 -> Precision.FP32;
            case BF16 -> Precision.BF16;
            case FP16 -> Precision.FP16;
        };
    }
}
