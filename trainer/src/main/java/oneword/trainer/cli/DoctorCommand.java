package oneword.trainer.cli;

import ai.djl.Device;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import oneword.lora.decoder.Precision;
import oneword.lora.kernel.Torch;
import oneword.trainer.Version;
import oneword.trainer.config.RunConfig;
import oneword.trainer.hardware.CudaAdvice;
import oneword.trainer.hardware.Hardware;
import oneword.trainer.hardware.Memory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code oneword doctor}. */
@Command(name = "doctor", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Say what this machine offers and what oneword would choose, and why.")
final class DoctorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Device device = Hardware.device(RunConfig.Device.AUTO);
        Precision.Choice precision = Precision.auto(device);
        out.printf("oneword      %s, in %s%n", Version.ONEWORD, Main.home());
        out.printf("java         %s, %s%n", System.getProperty("java.version"), System.getProperty("java.vm.name"));
        out.printf("system       %s %s, %d processors, %s of memory%n", System.getProperty("os.name"),
            System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors(),
            Memory.format(Memory.physical()));
        out.printf("engine       PyTorch %s, %d threads%n", Torch.version(), Torch.threads());
        out.printf("device       %s%s%n", device.getDeviceType(),
            Torch.hasCuda() ? "" : "; PyTorch sees no CUDA device: " + CudaAdvice.here(Torch.version()));
        out.printf("training     %s, since %s%n", precision.precision().key(), precision.reason());
        out.printf("embedding    %s%n", Hardware.embeddingPrecision(RunConfig.Precision.AUTO, device).key());
        out.printf("models       %s (Hugging Face's cache)%n", ModelOptions.models().cache());
        out.printf("libraries    %s (DJL's cache)%n", ai.djl.util.Utils.getEngineCacheDir());
        out.flush();
        return 0;
    }
}
