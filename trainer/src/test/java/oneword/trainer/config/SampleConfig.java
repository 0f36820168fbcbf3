package oneword.trainer.config;

import java.util.List;
import oneword.data.sts.StsProtocol;

/** One configuration with every key at a value that is not its default, in three notations. */
final class SampleConfig {

    static final String YAML = """
            model:
              name: facebook/opt-2.7b
              revision: refs/pr/3
              precision: bf16
              device: cuda
            prompt:
              template: 'The "{sentence}" is:'
              max_sentence_tokens: 48
            lora:
              rank: 8
              alpha: 12.5
              dropout: 0.1
              targets: [q_proj, project_in]
              initialize_from: runs/first/best
            data:
              train: nli.csv
              exclude: [dev, own.tsv]
              limit: 1000
              shuffle: false
              columns:
                anchor: a
                positive: p
                hard_negative: n
            loss:
              temperature: 0.07
              hard_negative_weight: -1.5
            training:
              epochs: 3
              max_steps: 77
              batch_size: 200
              micro_batch_tokens: 2048
              learning_rate: 3e-4
              warmup_steps: 5
              schedule: constant
              weight_decay: 0.01
              max_grad_norm: 0.5
              model_dropout: 0
              seed: 8589934592
              gradient_cache: on
              share_prefix: off
            evaluation:
              every: 25
              tasks: [sts, own.tsv]
              select_by: SICK-R
              data: senteval
              protocol: mteb
              neighbours: words.txt
            checkpoint:
              every: 10
              keep: 7
            run:
              root: out
              name: try-1
            """;

    static final String JSON = """
            {"model": {"name": "facebook/opt-2.7b", "revision": "refs/pr/3", "precision": "bf16", "device": "cuda"},
             "prompt": {"template": "The \\"{sentence}\\" is:", "max_sentence_tokens": 48},
             "lora": {"rank": 8, "alpha": 12.5, "dropout": 0.1, "targets": ["q_proj", "project_in"],
                      "initialize_from": "runs/first/best"},
             "data": {"train": "nli.csv", "exclude": ["dev", "own.tsv"], "limit": 1000, "shuffle": "off",
                      "columns": {"anchor": "a", "positive": "p", "hard_negative": "n"}},
             "loss": {"temperature": 0.07, "hard_negative_weight": -1.5},
             "training": {"epochs": 3, "max_steps": 77, "batch_size": 200, "micro_batch_tokens": 2048,
                          "learning_rate": "3e-4", "warmup_steps": 5, "schedule": "constant", "weight_decay": 0.01,
                          "max_grad_norm": 0.5, "model_dropout": 0, "seed": 8589934592, "gradient_cache": "on",
                          "share_prefix": false},
             "evaluation": {"every": 25, "tasks": ["sts", "own.tsv"], "select_by": "SICK-R", "data": "senteval",
                            "protocol": "mteb", "neighbours": "words.txt"},
             "checkpoint": {"every": 10, "keep": 7},
             "run": {"root": "out", "name": "try-1"}}
            """;

    static final String[] OVERRIDES = {
        "model.name=facebook/opt-2.7b", "model.revision=refs/pr/3", "model.precision=bf16", "model.device=cuda",
        "prompt.template=The \"{sentence}\" is:", "prompt.max_sentence_tokens=48",
        "lora.rank=8", "lora.alpha=12.5", "lora.dropout=0.1", "lora.targets=q_proj, project_in",
        "lora.initialize_from=runs/first/best",
        "data.train=nli.csv", "data.exclude=dev,own.tsv", "data.limit=1000", "data.shuffle=false",
        "data.columns.anchor=a", "data.columns.positive=p", "data.columns.hard_negative=n",
        "loss.temperature=0.07", "loss.hard_negative_weight=-1.5",
        "training.epochs=3", "training.max_steps=77", "training.batch_size=200", "training.micro_batch_tokens=2048",
        "training.learning_rate=3e-4", "training.warmup_steps=5", "training.schedule=constant",
        "training.weight_decay=0.01", "training.max_grad_norm=0.5", "training.model_dropout=0",
        "training.seed=8589934592", "training.gradient_cache=on", "training.share_prefix=off",
        "evaluation.every=25", "evaluation.tasks=[sts, own.tsv]", "evaluation.select_by=SICK-R",
        "evaluation.data=senteval", "evaluation.protocol=mteb", "evaluation.neighbours=words.txt",
        "checkpoint.every=10", "checkpoint.keep=7", "run.root=out", "run.name=try-1"};

    static final RunConfig EXPECTED = new RunConfig(
            new RunConfig.Model("facebook/opt-2.7b", "refs/pr/3", RunConfig.Precision.BF16, RunConfig.Device.CUDA),
            new RunConfig.Prompt("The \"{sentence}\" is:", 48),
            new RunConfig.Lora(8, 12.5, 0.1, List.of("q_proj", "project_in"), "runs/first/best"),
            new RunConfig.Data("nli.csv", List.of("dev", "own.tsv"), 1000, false, new RunConfig.Columns("a", "p", "n")),
            new RunConfig.Loss(0.07, -1.5),
            new RunConfig.Training(3, 77, 200, 2048, 3e-4, 5, RunConfig.Schedule.CONSTANT, 0.01, 0.5, 0.0,
                    8589934592L, RunConfig.Switch.ON, RunConfig.Switch.OFF),
            new RunConfig.Evaluation(25, List.of("sts", "own.tsv"), "SICK-R", "senteval",
                StsProtocol.MTEB, "words.txt"),
            new RunConfig.Checkpoint(10, 7),
            new RunConfig.Run("out", "try-1"));

    private SampleConfig() {}
}
