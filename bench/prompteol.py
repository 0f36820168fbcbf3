"""PromptEOL with transformers and PEFT: what the scripts of this folder share. Written apart from oneword, to be compared with it."""

import os
import resource
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")

import numpy as np
import torch
import transformers
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

TEMPLATE = 'This sentence : "{sentence}" means in one word:"'
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
TEXT_RULES = ("evaluation", "training", "raw")


class Prompt:
    """From sentences to token ids. Text rules: evaluation, training (cut to max_tokens), raw (the text is the whole prompt)."""

    def __init__(self, folder, template=TEMPLATE, max_tokens=32):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        if len(self.tokenizer) < 256:  # transformers 5 makes an empty one where the folder has no tokenizer
            raise SystemExit(f"{folder}: no tokenizer.json, nor vocab.json and merges.txt")
        self.template = template
        self.max_tokens = max_tokens
        config = AutoConfig.from_pretrained(folder)
        # OPT begins every text with </s>. Said here, not left to the tokenizer class, which differs between versions.
        self.first = [config.bos_token_id] if config.model_type == "opt" else None
        self.pad = config.pad_token_id if config.pad_token_id is not None else 0

    def ids(self, sentence, rule):
        if rule == "raw":
            text = sentence
        else:
            text = self.evaluation_text(sentence) if rule == "evaluation" else self.training_text(sentence)
            text = self.template.replace("{sentence}", text)
        if self.first is None:
            return self.tokenizer(text)["input_ids"]
        return self.first + self.tokenizer(text, add_special_tokens=False)["input_ids"]

    @staticmethod
    def evaluation_text(sentence):
        text = " ".join(sentence.split())
        if text and text[-1] not in ".?\"'":
            text += "."
        text = text.replace('"', "'")
        return text[:-1] + "." if text.endswith("?") else text

    def training_text(self, sentence):
        ids = self.tokenizer(sentence, add_special_tokens=False)["input_ids"][: self.max_tokens]
        return self.tokenizer.decode(ids, clean_up_tokenization_spaces=False)


@dataclass
class LoadReport:
    """Names that the files and the model do not share: PEFT and transformers go on without them, and say little or nothing."""

    missing: list
    unexpected: list
    different: list

    def clean(self):
        return not (self.missing or self.unexpected or self.different)

    def as_json(self):
        return {"missing": self.missing, "unexpected": self.unexpected, "different": self.different}


def load_base(folder, precision, device, dropout=None, attention="sdpa"):
    """(the causal language model, LoadReport). dropout: the model's own, None leaves what config.json says."""
    config = AutoConfig.from_pretrained(folder)
    if dropout is not None:
        config.dropout = dropout
    model, info = AutoModelForCausalLM.from_pretrained(
        folder, config=config, dtype=PRECISIONS[precision], attn_implementation=attention, output_loading_info=True)
    report = LoadReport(sorted(info["missing_keys"]), sorted(info["unexpected_keys"]),
                        sorted(str(key) for key in info["mismatched_keys"]))
    return model.to(device), report


def load_adapter(model, folder, trainable=False):
    """(the model with the adapter, LoadReport): every tensor of the file is looked up in the model and compared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the report says more than PEFT's warning
        adapted = PeftModel.from_pretrained(model, folder, is_trainable=trainable)
    stored = load_file(Path(folder) / "adapter_model.safetensors")
    held = get_peft_model_state_dict(adapted, save_embedding_layers=False)
    different = [name for name in stored.keys() & held.keys()
                 if not torch.equal(stored[name].float(), held[name].detach().float().cpu())]
    return adapted, LoadReport(sorted(held.keys() - stored.keys()), sorted(stored.keys() - held.keys()), sorted(different))


def left_padded(rows, pad, device):
    """(ids [n, s], mask [n, s]) of lists of ids."""
    width = max(map(len, rows))
    ids = torch.tensor([[pad] * (width - len(row)) + row for row in rows], device=device)
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=device)
    return ids, mask


def last_token(causal, ids, mask, logits=False):
    """The last layer's state of the last token, after OPT's final norm and projection, in fp32 (float64 of a float64 model). [n, d]

    causal is the transformers model, with PEFT's layers put into it or not. logits: computes them and throws them away, as a
    forward of the whole language model does.
    """
    if logits:
        states = causal(input_ids=ids, attention_mask=mask, output_hidden_states=True, use_cache=False).hidden_states[-1]
    else:
        states = causal.base_model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    return states[:, -1].to(torch.promote_types(states.dtype, torch.float32))


def embed(causal, prompt, sentences, rule, batch, device):
    """float32 [n, d] in the order of the sentences (float64 of a float64 model); batches hold sentences of like length."""
    rows = [prompt.ids(sentence, rule) for sentence in sentences]
    order = sorted(range(len(rows)), key=lambda i: -len(rows[i]))
    vectors = None
    causal.eval()
    with torch.no_grad():
        for start in range(0, len(order), batch):
            numbers = order[start : start + batch]
            z = last_token(causal, *left_padded([rows[i] for i in numbers], prompt.pad, device)).cpu().numpy()
            if vectors is None:
                vectors = np.empty((len(rows), z.shape[1]), dtype=z.dtype)
            vectors[numbers] = z
    return vectors


def pick_device(name):
    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name


def environment(device):
    import peft

    return {
        "torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__,
        "device": torch.cuda.get_device_name() if device == "cuda" else "cpu", "threads": torch.get_num_threads(),
    }


def peak_memory(device):
    scale = 1 if sys.platform == "darwin" else 1024
    memory = {"peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale}
    if device == "cuda":
        memory["peak_gpu_bytes"] = torch.cuda.max_memory_allocated()
    return memory


def add_common_arguments(parser):
    parser.add_argument("--model", required=True, help="folder in Hugging Face layout")
    parser.add_argument("--template", default=TEMPLATE, help="prompt with {sentence} (default: %(default)s)")
    parser.add_argument("--precision", choices=("fp32", "bf16", "fp16"), default="fp32", help="of the base (default: fp32)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--attention", choices=("sdpa", "eager"), default="sdpa")
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
