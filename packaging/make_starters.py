"""Train the two starter models again: ``make starters``, or ``python packaging/make_starters.py [DATA] [OUT]``.

Both are made from the same English prose, with small shares of arithmetic, Python and five other languages, by the
same training, from the same seed; they differ in their tokenizer, which is of another kind and has seen the other
half of the text. Interrupted, it goes on where it was when it is called again.
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
from core.training.recipes.causal_lm import CausalLm  # noqa: E402
from core.training.request import TrainRequest  # noqa: E402
from core.training.result import TrainResult  # noqa: E402

SEED = 1
VOCABULARY = 8192
HELD_OUT_BYTES = 300_000
CHUNK = 20_000
RECIPE = CausalLm(
    hidden_size=256, layers=4, heads=4, context=128, batch=24, steps=2_400, learning_rate=2e-3, precision="bfloat16"
)
KINDS = {"prose-bpe": "byte-bpe", "prose-unigram": "unigram"}

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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data", help="the texts")
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "resources" / "starter")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "starters", help="texts and checkpoints")
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
        recipe=RECIPE,
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
        left = {key: f"{value:.4f}" if isinstance(value, float) else value for key, value in event.data.items()}
        print(left, flush=True)
    elif isinstance(event, Log):
        print(event.message, flush=True)
    elif event.stage != "Training":
        print(f"{event.stage}: {event.done:g} of {event.total:g}", flush=True)


def card(name: str, result: TrainResult) -> str:
    return "later"


if __name__ == "__main__":
    sys.exit(main())
