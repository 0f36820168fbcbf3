package oneword.trainer.export;

import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * What an export wrote.
 *
 * @param folder where it lies
 * @param modules linear maps that the adapter changes
 * @param drift largest {@code 1 - cosine} between the fp32 vectors of base and adapter and those of the export, over
 *     {@link VectorDrift#SENTENCES}; empty for a PEFT export, which changes no number
 */
public record ExportResult(Path folder, int modules, OptionalDouble drift) {}
