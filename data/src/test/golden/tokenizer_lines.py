"""Ten thousand varied lines and the digests of what tokenizers and transformers make of them, for TenThousandLinesTest.

Run from the repository root: HF_HUB_OFFLINE=1 python data/src/test/golden/tokenizer_lines.py [OPT_FOLDER]
OPT_FOLDER holds OPT's vocab.json and merges.txt (default ../shared/data/tokenizer/opt).
Made by tokenizers 0.23.3, transformers 5.23.0; seeded. Writes to data/src/test/resources/golden/:

lines.jsonl.gz        the lines, each a JSON string
lines-opt-mini.json, lines-opt.json   {"round_trips": lines that decoding gives back, "shortened": lines beyond 32 tokens, KIND:
                      one SHA-256 for each 100 lines}. Digested is UTF-8, each line's value followed by U+0000; ids are decimal,
                      joined by spaces. Kinds:
    ids               BOS and the line's ids
    decoded           of these, without special tokens
    training          ids of the training prompt: the bare line's first 32 tokens, decoded with special tokens, in the template
    evaluation_text   the line as it is evaluated
    evaluation        ids of the evaluation prompt

Nothing is written unless transformers' AutoTokenizer gives the same as tokenizers' own BPE for every line.
"""

import gzip
import hashlib
import io
import json
import random
import shutil
import sys
import tempfile
import unicodedata
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()

ROOT = Path.cwd()
OUT = ROOT / "data/src/test/resources/golden"
COUNT, BLOCK, MAX_TOKENS = 10_000, 100, 32
BEFORE, AFTER = 'This sentence : "', '" means in one word:"'
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]

WORDS = """the of and to in is a man woman child dog cat horse plays riding guitar street water grass quickly under over
between because although smiling photograph government economy temperature philosopher's unbelievable re-entry co-operate
it's don't they're we've I'd she'll isn't rock'n'roll o'clock U.S.A. e.g. i.e. Mr. Dr. No. vs. etc. NLI PromptEOL LoRA
antidisestablishmentarianism internationalisation TensorFlow iPhone eBay McDonald naive cafe resume""".split()
SCRIPTS = {name: [chr(c) for first, last in ranges for c in range(first, last + 1) if unicodedata.category(chr(c)) != "Cn"]
           for name, ranges in {
    "latin": [(0xC0, 0x24F)], "phonetic": [(0x250, 0x2AF)], "greek": [(0x370, 0x3FF), (0x1F00, 0x1FFF)],
    "cyrillic": [(0x400, 0x52F)], "armenian": [(0x531, 0x58A)], "hebrew": [(0x591, 0x5F4)], "arabic": [(0x600, 0x6FF)],
    "syriac": [(0x700, 0x74F)], "devanagari": [(0x900, 0x97F)], "bengali": [(0x980, 0x9FE)], "tamil": [(0xB80, 0xBFA)],
    "telugu": [(0xC00, 0xC7F)], "thai": [(0xE01, 0xE5B)], "tibetan": [(0xF00, 0xFDA)], "myanmar": [(0x1000, 0x109F)],
    "georgian": [(0x10A0, 0x10FF)], "ethiopic": [(0x1200, 0x137C)], "cherokee": [(0x13A0, 0x13FD)],
    "khmer": [(0x1780, 0x17F9)], "mongolian": [(0x1800, 0x18AA)], "kana": [(0x3041, 0x30FF)], "han": [(0x4E00, 0x9FFF)],
    "hangul": [(0xAC00, 0xD7A3)], "jamo": [(0x1100, 0x11FF)], "gothic": [(0x10330, 0x1034A)],
    "cuneiform": [(0x12000, 0x12399)], "han_rare": [(0x20000, 0x2A6DF)], "math": [(0x1D400, 0x1D7FF)],
}.items()}
MARKS = [chr(c) for c in (*range(0x300, 0x370), *range(0x483, 0x488), *range(0x5B0, 0x5BE), *range(0x64B, 0x653), 0x93C, 0xE38,
                          0x20D0, 0x20E3, 0xFE0E, 0xFE0F, 0x1AB0, 0x1DC4)]
SPACES = [" ", "\t", "\u00a0", "\u1680", "\u2000", "\u2003", "\u2009", "\u200a", "\u202f", "\u205f", "\u3000", "\u0085",
          "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\n", "\r", "\r\n"]
INVISIBLE = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066",
             "\u2069", "\u180e", "\u061c", "\U000e0001", "\U000e0041"]
FACES = [chr(c) for c in (*range(0x1F300, 0x1F650), *range(0x1F680, 0x1F6D8), *range(0x1F900, 0x1FA00), *range(0x2600, 0x27C0))]
PEOPLE = ["\U0001f468", "\U0001f469", "\U0001f467", "\U0001f466", "\U0001f9d1"]
TONES = [chr(c) for c in range(0x1F3FB, 0x1F400)]
CODE = ["def f(x): return x**2", "if (a&&b||!c) { i++; }", "std::vector<int> v{1,2};", "SELECT * FROM t WHERE a='b';",
        "<div class=\"x\">&nbsp;</div>", "\\begin{equation} \\alpha_i^2", "$ ls -la | grep '^d' > /dev/null 2>&1", "a[i][j]=-1;",
        "{\"k\": [1, null, true]}", "lambda x, *y, **z: ...", "#!/bin/sh", "// TODO: x", "/* y */", "@Override", "print(f'{a!r:>9}')",
        "^(?:[a-z]+)\\d{2,}$", "0xDEADBEEF", "C:\\Users\\x\\", "__init__.py", "{sentence}", "%s %d %%", "\\u0041\\n", "`x`", "~/.ssh"]
QUOTES = ['"', "'", "\u201c", "\u201d", "\u2018", "\u2019", "\u00ab", "\u00bb", "\u300c", "\u300d", "`", "\u201e", "\u2032", "\u2033",
          "\uff02", "\uff07"]


class Lines:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kinds = [self.prose] * 6 + [self.quoted, self.script, self.script, self.mixed, self.emoji, self.control, self.spaces,
                      self.spaces, self.breaks, self.marks, self.numbers, self.address, self.code, self.rare, self.runs,
                      self.special, self.punctuation, self.cased, self.endings, self.anything]

    def some(self, values, low, high, between=""):
        return between.join(self.random.choice(values) for _ in range(self.random.randint(low, high)))

    def prose(self):
        line = self.some(WORDS, 1, 14, " ")
        return (line.capitalize() if self.random.random() < 0.5 else line) + self.random.choice([".", "?", "!", "", "...", " .", ";"])

    def quoted(self):
        words = self.some(WORDS, 2, 9, " ").split(" ")
        for _ in range(self.random.randint(1, 4)):
            words.insert(self.random.randrange(len(words) + 1), self.random.choice(QUOTES))
        return self.random.choice(["", " "]).join(words) if self.random.random() < 0.2 else " ".join(words)

    def script(self):
        letters = SCRIPTS[self.random.choice(sorted(SCRIPTS))]
        return " ".join(self.some(letters, 1, 7) for _ in range(self.random.randint(1, 5)))

    def mixed(self):
        return " ".join(
            self.random.choice([self.script, self.emoji, self.numbers, self.prose])() for _ in range(2))

    def emoji(self):
        parts = []
        for _ in range(self.random.randint(1, 4)):
            parts.append(self.random.choice([
                lambda: self.random.choice(FACES), lambda: self.random.choice(FACES) + "\ufe0f",
                lambda: "\u200d".join(self.random.choice(PEOPLE) + self.some(TONES, 0, 1) for _ in range(self.random.randint(2, 4))),
                lambda: self.some([chr(c) for c in range(0x1F1E6, 0x1F200)], 1, 3),
                lambda: self.random.choice("0123456789#*") + "\ufe0f\u20e3",
                lambda: "\U0001f3f4" + self.some([chr(c) for c in range(0xE0061, 0xE007B)], 3, 5) + "\U000e007f"])())
        return self.random.choice(["", " "]).join(parts) + self.random.choice(["", " " + self.random.choice(WORDS)])

    def control(self):
        return self.some([chr(c) for c in (*range(0x20), *range(0x7F, 0xA0))] + WORDS + INVISIBLE, 2, 9)

    def spaces(self):
        return "".join(self.random.choice(["", self.random.choice(WORDS)]) + (self.random.choice(SPACES) if self.random.random() < 0.5
                       else " ") * self.random.choice([1, 1, 2, 3, 5, 8, 17, 40, 90]) for _ in range(self.random.randint(1, 4)))

    def breaks(self):
        return self.some([" ".join(self.random.sample(WORDS, 2)), "\r\n", "\n", "\r", "\n\n", "\t", " \n ", "\n\t"], 3, 8)

    def marks(self):
        return "".join(self.random.choice("aeiouncszAEO \u0915\u05d0\u0628") + self.some(MARKS, 0, 3)
                       for _ in range(self.random.randint(2, 10)))

    def numbers(self):
        return " ".join(self.random.choice([
            lambda: str(self.random.randrange(10 ** self.random.randint(1, 18))), lambda: f"{self.random.uniform(-1e3, 1e3):.3f}",
            lambda: f"{self.random.randrange(10 ** 9):,}", lambda: f"{self.random.random():.2e}",
            lambda: f"{self.random.randint(1, 31)}/{self.random.randint(1, 12)}/{self.random.randint(1900, 2100)}",
            lambda: "$" + str(self.random.randrange(1000)), lambda: f"{self.random.randrange(100)}%",
            lambda: f"{self.random.randrange(24)}:{self.random.randrange(60):02d}", lambda: self.some("\u00b2\u00b3\u00bd\u2167\u2460", 1, 3),
            lambda: self.some("\u0660\u0661\u0669\u06f5\u0966\u096f\uff10\uff19", 1, 5)])() for _ in range(self.random.randint(1, 5)))

    def address(self):
        host = self.some("abcdefghijklmnopqrstuvwxyz0123456789-", 3, 9) + self.random.choice([".example", ".test", ".invalid"])
        path = "/".join(self.some("abcXYZ019_-.~%20+", 1, 7) for _ in range(self.random.randint(0, 3)))
        return self.random.choice([f"https://{host}/{path}?q={path}&x=1#y", f"www.{host}", f"a.b+c@{host}", f"ftp://u:p@{host}:21/{path}"])

    def code(self):
        return self.some(CODE, 1, 3, self.random.choice([" ", "\n", "\n    ", "\t"]))

    def rare(self):
        """Code points of any plane, most of them unknown to every merge: they fall back to bytes."""
        points = []
        while len(points) < self.random.randint(1, 12):
            point = self.random.choice([self.random.randrange(0x110000), self.random.randrange(0x3000), self.random.randrange(0x10000)])
            if not 0xD800 <= point <= 0xDFFF:
                points.append(chr(point))
        return "".join(points)

    def runs(self):
        return "".join(self.random.choice(list("aAx.!-_=*#'\"?") + ["ha", "\U0001f600", "\u65e5", "\u00e9", "ab ", "\u0301"])
                       * self.random.choice([2, 3, 7, 30, 80]) for _ in range(self.random.randint(1, 3)))

    def special(self):
        return self.some(SPECIAL + ["<mask>", "<|endoftext|>", "</S>", "< s>", "<s", "/s>", "\u0120", "\u010a", "\u2581", "<0x41>"]
                         + WORDS, 2, 8, self.random.choice(["", " "]))

    def punctuation(self):
        return self.some([c for c in map(chr, range(0x21, 0x7F)) if not c.isalnum()] + [chr(c) for c in range(0x2010, 0x2050)]
                         + [" "], 1, 16)

    def cased(self):
        return " ".join(self.random.choice([str.upper, str.title, str.swapcase])(w) for w in self.random.sample(WORDS, 4))

    def endings(self):
        return self.some(WORDS, 1, 5, " ") + self.some([".", "?", '"', "'", "!", " ", "\u2019", "\u3002", "\uff1f", "\u00a0", "\t"], 0, 3)

    def anything(self):
        return "".join(self.random.choice(self.kinds[:-1])()[: self.random.randint(1, 20)] for _ in range(self.random.randint(2, 4)))

    def all(self, count):
        lines = dict.fromkeys(["", " ", "?", '"', "'", ".", "\n", "\u0085", "\ufeff"])
        while len(lines) < count:
            line = self.random.choice(self.kinds)()[:400]
            lines[line] = None
        return list(lines)


def library(folder):
    """OPT's byte-level BPE, put together from its parts."""
    tokenizer = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL])
    return tokenizer


def transformers_tokenizer(folder):
    """The same by transformers: from tokenizer.json, else from OPT's files as the hub has them, the other two specials added."""
    if (folder / "tokenizer.json").exists():
        return AutoTokenizer.from_pretrained(folder)
    with tempfile.TemporaryDirectory() as copy:
        for name in ("vocab.json", "merges.txt"):
            shutil.copyfile(folder / name, Path(copy) / name)
        (Path(copy) / "config.json").write_text('{"model_type": "opt"}')
        (Path(copy) / "tokenizer_config.json").write_text(json.dumps({
            "tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False, "add_bos_token": True, "bos_token": "</s>",
            "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>", "additional_special_tokens": ["<s>", "<unk>"]}))
        return AutoTokenizer.from_pretrained(copy)


def evaluation_text(line):
    line = " ".join(line.split())
    if line and line[-1] not in ('.', '?', '"', "'"):
        line = line + "."
    line = line.replace('"', "'")
    return line[:-1] + "." if line[-1:] == "?" else line


def values(folder, lines):
    """{kind: [value of each line]}, and what is counted."""
    tokenizer = library(folder)
    auto = transformers_tokenizer(folder)
    bos = tokenizer.token_to_id("</s>")
    assert auto.convert_tokens_to_ids("</s>") == bos == 2

    def encode(text):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert [bos] + ids == auto(text)["input_ids"], text
        return ids

    def decode(ids, skip):
        text = tokenizer.decode(ids, skip_special_tokens=skip)
        assert text == auto.decode(ids, skip_special_tokens=skip, clean_up_tokenization_spaces=False), ids
        return text

    found = {kind: [] for kind in ("ids", "decoded", "training", "evaluation_text", "evaluation")}
    for line in lines:
        plain = encode(line)
        found["ids"].append([bos] + plain)
        found["decoded"].append(decode([bos] + plain, True))
        found["training"].append([bos] + encode(BEFORE + decode(plain[:MAX_TOKENS], False) + AFTER))
        found["evaluation_text"].append(evaluation_text(line))
        found["evaluation"].append([bos] + encode(BEFORE + evaluation_text(line) + AFTER))
    return found, {"round_trips": sum(a == b for a, b in zip(found["decoded"], lines)),
                   "shortened": sum(len(ids) - 1 > MAX_TOKENS for ids in found["ids"])}


def digests(column):
    result = []
    for first in range(0, len(column), BLOCK):
        texts = (value if isinstance(value, str) else " ".join(map(str, value)) for value in column[first : first + BLOCK])
        result.append(hashlib.sha256("".join(text + "\0" for text in texts).encode()).hexdigest())
    return result


def main():
    lines = Lines(20250721).all(COUNT)
    assert len(lines) == COUNT
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, compresslevel=9, filename="") as out:
        out.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
    (OUT / "lines.jsonl.gz").write_bytes(packed.getvalue())
    large = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "../shared/data/tokenizer/opt"
    for name, folder in {"opt-mini": ROOT / "models/opt-mini", "opt": large}.items():
        found, counts = values(folder, lines)
        result = {**counts, **{kind: digests(column) for kind, column in found.items()}}
        (OUT / f"lines-{name}.json").write_text(json.dumps(result, indent=0) + "\n", encoding="ascii")
        print(name, counts, "tokens", sum(map(len, found["ids"])), "bytes", len(packed.getvalue()))


main()
