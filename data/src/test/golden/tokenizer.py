"""Golden ids for TokenizerTest and SentenceEncoderTest, made by the tokenizers library of Hugging Face.

Run from the repository root: HF_HUB_OFFLINE=1 python data/src/test/golden/tokenizer.py [OPT_FOLDER]
OPT_FOLDER holds OPT's vocab.json and merges.txt (default ../shared/data/tokenizer/opt).
Needs: tokenizers, transformers. Writes data/src/test/resources/golden/tokenizer-{opt-mini,opt}.json.

Two constructions must agree before anything is written: tokenizers' own (BPE, ByteLevel, TemplateProcessing) and, for
opt-mini, the tokenizer.json of the model folder as transformers' PreTrainedTokenizerFast reads it.
"""

import json
import random
import sys
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

ROOT = Path.cwd()
OUT = ROOT / "data/src/test/resources/golden"
TEMPLATE = 'This sentence : "{sentence}" means in one word:"'
MAX_SENTENCE_TOKENS = 32

WRITTEN = [
    "", " ", "  ", "\n", "\t", "a", "A", ".", "?", '"', "'", "_", "{sentence}", "{}", "snake_case_words stay_",
    "A man is smoking.", "A jockey riding a horse.", "Two dogs run across the wet grass.",
    "The new rights are nice enough", "uh i don't know i i have mixed emotions about him",
    "She said: \"It's late\", didn't she?", "He'll, we've, they're, I'd, it's, n't", "It's 'quoted' text",
    "What time is it?", "Stop!", "Wait ... what?!", "e.g. this, i.e. that; etc.", "a  b   c    d     e",
    " leading", "trailing ", "  both  ", "tab\there", "line\nbreak", "carriage\r\nreturn", "\r", "a\n\n\nb",
    "vertical\x0btab", "form\x0cfeed", "null\x00byte", "bell\x07", "escape\x1b[0m", "del\x7f", "unit\x1fseparator",
    "next\x85line", "no\xa0break", "thin\u2009space", "zero\u200bwidth", "joiner\u200dhere", "word\u2060joiner",
    "line\u2028separator", "paragraph\u2029separator", "bom\ufeffinside", "\ufeffbom first", "soft\xadhyphen",
    "ideographic\u3000space", "narrow\u202fno-break", "ogham\u1680space", "\u200e left-to-right mark",
    "caf\u00e9", "cafe\u0301", "na\u00efve fa\u00e7ade", "Z\u0361a\u0323l\u030ag\u0325o", "\u0301 lone combining mark",
    "\u00c5ngstr\u00f6m", "A\u030angstro\u0308m", "Stra\u00dfe \u1e9e", "\u01c4 \u01c5 \u01c6", "\ufb01 ligature",
    "\u0130stanbul \u0131", "\u1f08\u03b8\u1fc6\u03bd\u03b1\u03b9", "\u041c\u043e\u0441\u043a\u0432\u0430",
    "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002", "\u4f60\u597d\uff0c\u4e16\u754c\uff01",
    "\ud55c\uad6d\uc5b4 \ubb38\uc7a5", "\u1112\u1161\u11ab conjoining jamo", "\uff21\uff22\uff23 full width",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "\u05e9\u05dc\u05d5\u05dd",
    "\u202ertl override\u202c", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    "\u1798\u1793\u17bb\u179f\u17d2\u179f", "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f44d\U0001f3fd thumbs", "\U0001f1e9\U0001f1ea flag", "keycap 1\ufe0f\u20e3", "\u2764\ufe0f vs \u2764",
    "\U00020000 rare ideograph", "\U0001d54f math", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067"
    "\U000e007f", "\ufffd replacement", "\ufffe noncharacter", "\U0010ffff last", "\ue000 private use",
    "<s>", "</s>", "<pad>", "<unk>", "<mask>", "<|endoftext|>", "a </s> b", "a</s>b", "< s >", "<S>", "</s></s>",
    "text with <pad> inside", "<html><b>bold</b></html>", "http://example.org/a_b?c=d&e=f#g", "a@b.example",
    "1234567890", "3.14159", "1,000,000", "-5\u00b0C", "50%", "$9.99", "\u20ac5", "\u00bd cup", "x\u00b2", "2\u2074",
    "\u2167 roman", "\u0661\u0662\u0663", "C++ and C#", "a/b\\c", "(parens) [brackets] {braces}", "~`!@#$%^&*()_+-=",
    "\u201ccurly\u201d \u2018quotes\u2019", "\u00abguillemets\u00bb", "en\u2013dash em\u2014dash", "ellipsis\u2026",
    "ALL CAPS SENTENCE", "MiXeD cAsE", "antidisestablishmentarianism", "pneumonoultramicroscopicsilicovolcanoconiosis",
    "a" * 300, "ab" * 150, " " * 64, "x" + " " * 100 + "y", "!" * 80, "\n" * 40, "\U0001f600" * 40,
    "\u65e5" * 60, "The quick brown fox jumps over the lazy dog. " * 4, "word " * 120, "?'\"." * 20,
    "He said \"no\".", "ends with quote\"", "ends with apostrophe'", "ends with question?", "ends with two??",
    '"starts with quote', "'starts with apostrophe", ".starts with dot", "\u2581sentencepiece mark", "\u0120 byte mark",
    "\u010a other byte mark", "#version: 0.2", "\\u0041 \\n escapes", "print(f\"{x!r:>{width}}\")",
]
ALPHABETS = [
    "abcdefghij  ,.'\"?!-", "ABCabc012 \t\n_", "\u00e0\u00e9\u00ee\u00f5\u00fc\u00df \u0301\u0308e",
    "\u0430\u0431\u0432\u0433 \u03b1\u03b2\u03b3", "\u65e5\u672c\u4e2d\u6587 \uac00\ub098\u3042\u30a2",
    "\u0627\u0628\u062a \u05d0\u05d1\u05d2\u200f\u200e", "\U0001f600\U0001f680\u2764\ufe0f\u200d ",
    " \xa0\u2009\u3000\u200b\t", "\x00\x01\x1f\x7f\x80\x85 a", "0123456789.,:/-% ",
]


def lines():
    rng = random.Random(20240607)
    result = list(WRITTEN)
    for number in range(150):
        alphabet = ALPHABETS[number % len(ALPHABETS)]
        result.append("".join(rng.choice(alphabet) for _ in range(rng.randint(1, 40))))
    words = [w for line in WRITTEN for w in line.split() if w]
    for _ in range(60):
        result.append(" ".join(rng.choice(words) for _ in range(rng.randint(3, 60)))[:600])
    return list(dict.fromkeys(result))


def opt(folder):
    """Byte-level BPE with BOS in front: what transformers builds of an OPT folder."""
    vocabulary, merges = str(folder / "vocab.json"), str(folder / "merges.txt")
    tokenizer = Tokenizer(models.BPE.from_file(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True)
                                  for t in ("<s>", "<pad>", "</s>", "<unk>")])
    bos = tokenizer.token_to_id("</s>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="</s> $A", pair="</s> $A </s> $B:1", special_tokens=[("</s>", bos)])
    return tokenizer


def evaluation_text(sentence):
    sentence = " ".join(sentence.split())
    if len(sentence) > 0 and sentence[-1] not in '.?"\'':
        sentence += "."
    sentence = sentence.replace('"', "'")
    if len(sentence) > 0 and sentence[-1] == "?":
        sentence = sentence[:-1] + "."
    return sentence


def golden(tokenizer, sentences):
    cases = []
    for text in sentences:
        ids = tokenizer.encode(text).ids
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        kept = tokenizer.decode(plain[:MAX_SENTENCE_TOKENS], skip_special_tokens=False)
        cases.append({
            "text": text,
            "ids": ids,
            "decoded": tokenizer.decode(ids, skip_special_tokens=True),
            "training": tokenizer.encode(TEMPLATE.replace("{sentence}", kept)).ids,
            "evaluation_text": evaluation_text(text),
            "evaluation": tokenizer.encode(TEMPLATE.replace("{sentence}", evaluation_text(text))).ids,
        })
        assert plain == ids[1:] and ids[0] == 2
    return cases


def write(name, cases):
    OUT.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / name).write_text("[\n" + rows + "\n]\n", encoding="ascii")
    print(name, len(cases))


def main():
    sentences = lines()
    mini = opt(ROOT / "models/opt-mini")
    fast = PreTrainedTokenizerFast(tokenizer_file=str(ROOT / "models/opt-mini/tokenizer.json"))
    for text in sentences:
        assert fast(text)["input_ids"] == mini.encode(text).ids, text
    write("tokenizer-opt-mini.json", golden(mini, sentences))
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "../shared/data/tokenizer/opt"
    large = opt(folder)
    write("tokenizer-opt.json", [{"text": t, "ids": large.encode(t).ids} for t in sentences])


main()
