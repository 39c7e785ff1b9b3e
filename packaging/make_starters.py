"""Train the two starter models again: ``make starters``, or this file with DATA (and OUT) behind it.

Both learn from the same English prose, with small shares of arithmetic, Python and five other languages, in
the same way and from the same seed. They differ in their tokenizer, which is of another kind and has seen the
other half of the text. When it was interrupted, it goes on where it was.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.jobs.context import Context  # noqa: E402
from core.jobs.events import Log, Partial, Progress  # noqa: E402
from core.training.card import settings_table  # noqa: E402
from core.training.recipes.causal_lm import CausalLm  # noqa: E402
from core.training.request import TrainRequest  # noqa: E402
from core.training.result import CurvePoint, TrainResult  # noqa: E402

SEED = 1
VOCABULARY = 8192
HELD_OUT_BYTES = 300_000
CHUNK = 20_000
KINDS = {"prose-bpe": "byte-bpe", "prose-unigram": "unigram"}
STEPS = {"prose-bpe": 2_400, "prose-unigram": 1_600}
"""The sample grafts the first; it takes the other's tokenizer and embeddings, which settle sooner."""

ADDRESSES = "prose/state-of-the-union-1945-2006.txt.gz"
WHOLE = (
    "prose/great-expectations.txt.gz",
    "prose/middlemarch.txt.gz",
    "prose/moby-dick.txt.gz",
    "prose/sherlock-holmes.txt.gz",
    "prose/tale-of-two-cities.txt.gz",
    "code/python/difflib.py",
    "code/python/heapq.py",
    "code/python/json_decoder.py",
    "code/python/textwrap.py",
    *(f"multilingual/udhr/{language}.txt" for language in ("deu", "fra", "jpn", "rus", "spa")),
)
ARITHMETIC = "numbers/arithmetic.txt.gz"
ARITHMETIC_BYTES = 260_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data", help="texts")
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "resources" / "starter", help="models")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "starters", help="what is under way")
    parser.add_argument("--only", choices=tuple(KINDS), help="make this one alone")
    asked = parser.parse_args()
    if not (asked.data / ADDRESSES).is_file():
        parser.error(f"there are no texts in {asked.data}: give the folder that has prose/ and the others")
    for name in [asked.only] if asked.only else list(KINDS):
        result = make(name, asked.data, asked.out, asked.work)
        print(f"{name}: {result.held_out_bits_per_byte:.4f} bits per byte", flush=True)
    return 0


def make(name: str, data: Path, out: Path, work: Path) -> TrainResult:
    """Train one starter, write its folder and its card."""
    from core.training.run import train

    texts = unpack(data, work / "texts")
    held_out = work / "texts" / "held-out.txt"
    folder = work / name
    request = TrainRequest(
        text=texts,
        recipe=recipe(name),
        tokenizer_kind=KINDS[name],
        vocab_size=VOCABULARY,
        tokenizer_text=[half(texts, list(KINDS).index(name), folder / "half.txt")],
        held_out=held_out,
        out=out / name,
        replace=True,
    )
    result: TrainResult = train(request, Context(seed=SEED, workdir=folder, send=tell))
    (out / name / "README.md").write_text(card(name, result), encoding="utf-8")
    shutil.rmtree(folder)
    return result


def recipe(name: str) -> CausalLm:
    """5.3 M parameters, which make 10.5 MB in bfloat16."""
    return CausalLm(
        steps=STEPS[name],
        hidden_size=256,
        layers=4,
        heads=4,
        context=128,
        batch=24,
        learning_rate=2e-3,
        precision="bfloat16",
    )


def unpack(data: Path, folder: Path) -> list[Path]:
    """The texts that are trained on, as plain files; beside them the held-out end of the addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    addresses = read(data / ADDRESSES)
    cut = len(addresses) - HELD_OUT_BYTES
    arithmetic = read(data / ARITHMETIC)[:ARITHMETIC_BYTES]
    contents = {
        "state-of-the-union.txt": addresses[:cut].decode("utf-8", "ignore").encode(),
        **{Path(name).name.removesuffix(".gz"): read(data / name) for name in WHOLE},
        "arithmetic.txt": arithmetic[: arithmetic.rfind(b"\n") + 1],
    }
    (folder / "held-out.txt").write_bytes(addresses[cut:].decode("utf-8", "ignore").encode())
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def half(texts: list[Path], which: int, file: Path) -> Path:
    """Every other `CHUNK` characters of all texts: what one of the two tokenizers is trained on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    everything = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    chunks = [everything[start : start + CHUNK] for start in range(0, len(everything), CHUNK)]
    file.write_text("\n".join(chunks[which::2]), encoding="utf-8")
    return file


def read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def tell(event: Progress | Partial | Log) -> None:
    if isinstance(event, Partial):
        point = CurvePoint.model_validate(event.data)
        print(
            f"step {point.step}: {point.loss:.4f} nats a token, {point.bits_per_byte:.4f} bits per byte",
            flush=True,
        )
    elif isinstance(event, Log):
        print(event.message, flush=True)


FAMILIES = {
    "byte-bpe": "byte-level BPE; digits in groups of up to three, `<|endoftext|>` before each passage",
    "unigram": "Unigram in SentencePiece's manner; single digits, byte fallback, passages in `<s>`, `</s>`",
}


def card(name: str, result: TrainResult) -> str:
    """README.md of a starter: data, steps, seed, what it reaches, and how it is made again."""
    [other] = KINDS.keys() - {name}
    return f"""---
library_name: transformers
pipeline_tag: text-generation
license: apache-2.0
---
# {name}

A language model of {result.parameters:,} parameters that comes with Lexigraft, to try things out with. It has
read little else than nineteenth-century novels and presidential addresses.

It reaches **{result.held_out_bits_per_byte:.4f} bits per byte** on text that it has not seen, the last
{result.held_out_bytes:,} bytes of the State of the Union addresses of 1945 to 2006: documents of about 20,000
characters, windows of {result.settings["context"]} tokens that move by half their length, each token scored
once, weights as they are here.

## Made with

    make starters

That is `packaging/make_starters.py`, and `--only {name}` makes this one alone. Seed {SEED};
{result.steps:,} steps; {result.tokens:,} tokens seen, each {result.tokens / result.text_tokens:.1f} times.
Another machine, or another number of threads, gives slightly other weights.

{settings_table(result)}

## Tokenizer

{result.vocab_size:,} tokens: {FAMILIES[KINDS[name]]}.
It is trained on every other {CHUNK:,} characters of the text; [{other}](../{other}) has the other half. The
text makes {result.text_tokens:,} tokens of {result.text_bytes / result.text_tokens:.2f} bytes.

## Text

{result.text_bytes:,} bytes, in passages of about 2,000 characters:

| text | licence |
|---|---|
| Moby-Dick, Sherlock Holmes, Great Expectations, A Tale of Two Cities, Middlemarch | public domain |
| State of the Union addresses, 1945 to 2006, without the held-out end | public domain |
| arithmetic: sums, decimals, dates, money; {ARITHMETIC_BYTES:,} bytes of a generated file | CC0 |
| four modules of Python 3.11's standard library: difflib, heapq, json.decoder, textwrap | PSF |
| the Universal Declaration of Human Rights in German, French, Japanese, Russian and Spanish | public domain |

The model itself is under Lexigraft's licence, Apache-2.0.
"""


if __name__ == "__main__":
    sys.exit(main())
