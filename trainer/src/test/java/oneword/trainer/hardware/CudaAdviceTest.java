package oneword.trainer.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaAdviceTest {

    @TempDir
    private Path folder;

    @Test
    void theFirstThingThatIsMissingIsNamedWithTheWayOut() throws IOException {
        Path driver = folder.resolve("driver");
        String libraries = Files.createDirectory(folder.resolve("lib")).toString();

        assertThat(CudaAdvice.of(driver, null, null, "2.7.1")).contains("no NVIDIA driver", driver.toString());
        Files.createFile(driver);
        assertThat(CudaAdvice.of(driver, null, null, "2.7.1"))
            .contains("CPU libraries", "PYTORCH_LIBRARY_PATH=FOLDER PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cu128");
        assertThat(CudaAdvice.of(driver, libraries, null, "2.7.1")).contains(libraries, "no libtorch_cuda.so");
        Files.createFile(Path.of(libraries, "libtorch_cuda.so"));
        assertThat(CudaAdvice.of(driver, libraries, "", "2.7.1")).contains("CUDA_VISIBLE_DEVICES= hides");
        assertThat(CudaAdvice.of(driver, libraries, "-1", "2.7.1")).contains("CUDA_VISIBLE_DEVICES=-1 hides");
        assertThat(CudaAdvice.of(driver, libraries, "0", "2.7.1")).contains("new enough for CUDA 12.8");
    }
}
