package oneword.trainer.config;

import java.util.List;
import java.util.Locale;
import oneword.data.sts.StsProtocol;

/**
 * Everything that decides a training run, checked and with all defaults filled in.
 *
 * <p>Keys in YAML are the component names in snake_case: {@code training.batch_size}. A component documented as
 * nullable is {@code null} where the key is absent or written as {@code null}; no other component is ever null.
 * {@link ConfigReader} holds the checks, {@link ConfigWriter} the way back.
 *
 * @param model which base model, in which number format, on which device
 * @param prompt the text a sentence is put into
 * @param lora the adapters
 * @param data the training triples
 * @param loss InfoNCE
 * @param training the optimisation
 * @param evaluation how the run is measured
 * @param checkpoint what is saved
 * @param run where the run's folder lies
 */
public record RunConfig(
        Model model,
        Prompt prompt,
        Lora lora,
        Data data,
        Loss loss,
        Training training,
        Evaluation evaluation,
        Checkpoint checkpoint,
        Run run) {

    /**
     * The same configuration with {@code auto} decided.
     *
     * @param precision number format that was chosen
     * @param device device that was chosen
     * @return a copy
     */
    public RunConfig on(Precision precision, Device device) {
        return new RunConfig(new Model(model.name(), model.revision(), precision, device), prompt, lora, data, loss,
                training, evaluation, checkpoint, run);
    }

    /**
     * The same configuration with other targets.
     *
     * @param targets names of linears
     */
    public RunConfig withTargets(List<String> targets) {
        return new RunConfig(model, prompt,
                new Lora(lora.rank, lora.alpha, lora.dropout, targets, lora.initializeFrom), data, loss, training,
                evaluation, checkpoint, run);
    }

    /**
     * The base model.
     *
     * @param name a local folder in Hugging Face layout or a hub id such as {@code facebook/opt-2.7b}; default
     *     {@code models/opt-mini}
     * @param revision branch, tag or commit on the hub; default {@code main}; a local folder has none
     * @param precision number format of the frozen weights and of the computation; default {@code auto}
     * @param device where it runs; default {@code auto}
     */
    public record Model(String name, String revision, Precision precision, Device device) {}

    /**
     * The prompt.
     *
     * @param template text with exactly one {@code {sentence}}; default PromptEOL's
     *     {@code This sentence : "{sentence}" means in one word:"}
     * @param maxSentenceTokens a training sentence is cut to this many tokens before it enters the template, at least
     *     1; default 32
     */
    public record Prompt(String template, int maxSentenceTokens) {}

    /**
     * The adapters (low-rank pairs beside frozen linears, scaled by {@code alpha / rank}).
     *
     * @param rank at least 1; default 64
     * @param alpha above 0; default 16
     * @param dropout on the adapter's input, in [0, 1); default 0.05
     * @param targets names of the linears that get an adapter, none twice, nullable: all that the model's family has,
     *     by which a run replaces the null when it is planned
     * @param initializeFrom folder of a PEFT adapter to start from, nullable: start from fresh adapters
     */
    public record Lora(int rank, double alpha, double dropout, List<String> targets, String initializeFrom) {

        /** Copies the targets. */
        public Lora {
            targets = targets == null ? null : List.copyOf(targets);
        }
    }

    /**
     * The training data.
     *
     * @param train file of triples; required
     * @param exclude evaluation sets, named as in {@link Evaluation#tasks}: rows that share a sentence with one of them
     *     are left out; default none
     * @param limit use the first so many rows only of those that are not left out; 0, the default, means all
     * @param shuffle whether each epoch draws a new order; default true; false is file order
     * @param columns the names of the columns
     */
    public record Data(String train, List<String> exclude, int limit, boolean shuffle, Columns columns) {

        /** Copies the sets. */
        public Data {
            exclude = List.copyOf(exclude);
        }
    }

    /**
     * Column names of the training file.
     *
     * @param anchor default {@code sent0}
     * @param positive default {@code sent1}
     * @param hardNegative default {@code hard_neg}
     */
    public record Columns(String anchor, String positive, String hardNegative) {}

    /**
     * InfoNCE over the batch's positives and hard negatives.
     *
     * @param temperature cosines are divided by it, above 0; default 0.05
     * @param hardNegativeWeight added to the logit of a row's own hard negative after the temperature; 0, the default,
     *     is neutral
     */
    public record Loss(double temperature, double hardNegativeWeight) {}

    /**
     * The optimisation. AdamW has torch's betas (0.9, 0.999) and epsilon (1e-8).
     *
     * @param epochs passes over the data, at least 1; default 1
     * @param maxSteps number of updates; 0, the default, takes it from {@code epochs}, any other number overrides
     *     them
     * @param batchSize triples in one update, at least 1; default 256
     * @param microBatchTokens most tokens, padding included, in one forward pass, at least 1; default 4096
     * @param learningRate peak rate, at least 0; default 5e-4
     * @param warmupSteps updates over which the rate rises from 0; default 100
     * @param schedule what the rate does after the warm-up; default {@code linear}
     * @param weightDecay decoupled, at least 0; default 0
     * @param maxGradNorm gradients with a larger norm are scaled down to it; default 1.0; 0 means no clipping
     * @param modelDropout dropout inside the base model while training, in [0, 1); nullable: as the model's
     *     config.json says
     * @param seed of the data order, the adapters' start and the dropout, at least 0; default 42
     * @param gradientCache whether a batch is embedded first and differentiated micro-batch by micro-batch (GradCache);
     *     default {@code auto}: where what it keeps does not fit into memory. If {@code off}, a batch that does not fit
     *     is an error
     * @param sharePrefix whether the tokens that all prompts of a micro-batch begin with are computed once; under
     *     dropout they then have the same masks in all of them; default {@code auto}: where nothing is dropped
     */
    public record Training(
            int epochs,
            int maxSteps,
            int batchSize,
            int microBatchTokens,
            double learningRate,
            int warmupSteps,
            Schedule schedule,
            double weightDecay,
            double maxGradNorm,
            Double modelDropout,
            long seed,
            Switch gradientCache,
            Switch sharePrefix) {}

    /**
     * The measurements.
     *
     * @param every evaluate {@code selectBy} every so many steps; 0, the default, means never
     * @param tasks what the best checkpoint is tested on at the end: names among {@link #TASKS} or paths of
     *     {@code .tsv} files with graded pairs; default none
     * @param selectBy the one task whose score decides which checkpoint is best, among {@link #SELECTION_TASKS} or a
     *     {@code .tsv} file. Default: {@code STSBenchmark-dev}, or without {@code data} the first {@code .tsv} of
     *     {@code tasks}
     * @param data SentEval folder (the one that holds {@code downstream}, or that one), nullable: only {@code .tsv}
     *     tasks can be evaluated, and excluded by {@code data.exclude}
     * @param protocol form of the STS sets, in {@code tasks} and in {@code selectBy}; default {@code senteval}
     * @param neighbours text file, one sentence a line, nullable: each sentence's nearest neighbour among the others is
     *     shown before and after the training
     */
    public record Evaluation(int every, List<String> tasks, String selectBy, String data, StsProtocol protocol,
            String neighbours) {

        /** The task that selects where nothing else is said. */
        public static final String DEFAULT_SELECTION = "STSBenchmark-dev";

        /** The named tasks that can select a checkpoint. */
        public static final List<String> SELECTION_TASKS = List.of(
                DEFAULT_SELECTION, "STSBenchmark", "STS12", "STS13", "STS14", "STS15", "STS16", "SICK-R");

        /** Every name {@code tasks} may hold besides files; {@code sts} stands for the seven. */
        public static final List<String> TASKS = List.of(
                "sts", "dev", "transfer", "all", "STS12", "STS13", "STS14", "STS15", "STS16", "STSBenchmark", "SICK-R",
                DEFAULT_SELECTION, "MR", "CR", "SUBJ", "MPQA", "SST2", "TREC", "MRPC");

        /** Copies the tasks. */
        public Evaluation {
            tasks = List.copyOf(tasks);
        }

        /**
         * Tells a file of graded pairs from a named task.
         *
         * @param task an entry of {@code tasks} or {@code selectBy}
         * @return whether it names a {@code .tsv} file
         */
        public static boolean isFile(String task) {
            return task.endsWith(".tsv");
        }
    }

    /**
     * The checkpoints.
     *
     * @param every save every so many steps; 0 means only at the end; default 50
     * @param keep how many of the newest stay on disk beside the best one, at least 1; default 3
     */
    public record Checkpoint(int every, int keep) {}

    /**
     * The run's folder.
     *
     * @param root folder of all runs; default {@code runs}
     * @param name folder of this run under {@code root}, nullable: the command makes one up
     */
    public record Run(String root, String name) {

        /** Where runs go if nothing else is said. */
        public static final String DEFAULT_ROOT = "runs";
    }

    /** Number format of the frozen weights; adapters, their moments and the loss are always fp32. */
    public enum Precision {
        /** The fastest format that the device has in hardware. */
        AUTO,
        /** 32-bit floats. */
        FP32,
        /** bfloat16. */
        BF16,
        /** IEEE half precision, with a dynamic loss scale. */
        FP16;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where tensors live. */
    public enum Device {
        /** CUDA where there is a GPU, else the CPU. */
        AUTO,
        /** The processor. */
        CPU,
        /** The first GPU. */
        CUDA;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The learning rate after the warm-up. */
    public enum Schedule {
        /** Falls linearly to 0 at the last step, transformers' {@code linear}. */
        LINEAR,
        /** Stays at its peak, transformers' {@code constant_with_warmup}. */
        CONSTANT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether a way of computing is used. */
    public enum Switch {
        /** Where it is of use. */
        AUTO,
        /** Always. */
        ON,
        /** Never. */
        OFF;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
