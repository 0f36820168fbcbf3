package oneword.trainer;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import ai.djl.engine.EngineException;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the three modules may know of each other, and what no class of theirs may do. */
class ModuleBordersTest {

    private static final JavaClasses CODE = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages("oneword");

    @Test
    void dataKnowsNeitherModelsNorTraining() {
        noClasses().that().resideInAPackage("oneword.data..")
            .should().dependOnClassesThat().resideInAnyPackage("oneword.lora..", "oneword.trainer..")

            .check(CODE);
    }

    @Test
    void dataUsesTheTokenizersOfDjlAndNoTensors() {
        // EngineException is what the tokenizers throw when their native library does not load.
        noClasses().that().resideInAPackage("oneword.data..")
            .should().dependOnClassesThat(resideInAPackage("ai.djl..")
                .and(resideOutsideOfPackages("ai.djl.huggingface.tokenizers..", "ai.djl.util.."))
                .and(not(belongToAnyOf(EngineException.class))))

            .check(CODE);
    }

    @Test
    void loraKnowsNeitherDataNorTraining() {
        noClasses().that().resideInAPackage("oneword.lora..")
            .should().dependOnClassesThat().resideInAnyPackage("oneword.data..", "oneword.trainer..")

            .check(CODE);
    }

    @Test
    void noPackagesDependOnEachOtherInACircle() {
        slices().matching("oneword.(*).(*)..").should().beFreeOfCycles().check(CODE);
    }

    @Test
    void onlyMainEndsTheProcess() {
        noClasses().that().doNotHaveFullyQualifiedName("oneword.trainer.cli.Main")
            .should().callMethod(System.class, "exit", int.class)
            .orShould().callMethod(Runtime.class, "exit", int.class)
            .orShould().callMethod(Runtime.class, "halt", int.class)

            .check(CODE);
    }

    @Test
    void onlyTheCommandLineWritesToStandardOutput() {
        noClasses().that().resideOutsideOfPackage("oneword.trainer.cli..")
            .should().accessField(System.class, "out")

            .check(CODE);
    }

    @Test
    void logsGoThroughSlf4j() {
        noClasses().that().resideOutsideOfPackage("oneword.trainer.cli..")
            .should().dependOnClassesThat().resideInAPackage("java.util.logging..")

            .check(CODE);
    }

    @Test
    void classesAndPackagesAreNamedForWhatTheyHold() {
        noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers|Common|Misc)(\\$.*)?")
            .orShould().resideInAnyPackage("..util..", "..utils..", "..helper..", "..common..", "..misc..")
            .check(CODE);
    }
}
