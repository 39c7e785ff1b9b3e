"""All methods on the two starter models, each way, and on MiniLM: one table each, in Markdown.

Methods that draw at random are run with three seeds. Text to learn from is the shared prose that the starters
were trained on; text that is measured is the end of the State of the Union addresses, which they have not
seen. MiniLM is moved onto prose-bpe, and measured on Cranfield (nDCG@10) and on word pairs.

``LEXIGRAFT_BENCH_KB`` sets how much text is measured (100) and, ten times that, how much is learnt from;
``LEXIGRAFT_BENCH_DOCUMENTS`` cuts the collection to so many documents (all), to be quicker;
``LEXIGRAFT_BENCH_METHODS`` gives other lines than all methods, parted by semicolons. Run it with
``make bench ARGS='-k methods'``.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.folders import resources_folder
from core.transplant.sweep.request import SweepRequest
from core.transplant.sweep.result import SweepResult
from core.transplant.sweep.run import sweep

ROOT = Path(__file__).parents[2]
KILOBYTES = int(os.environ.get("LEXIGRAFT_BENCH_KB", "100"))
DOCUMENTS = int(os.environ.get("LEXIGRAFT_BENCH_DOCUMENTS", "0"))
SEEDS = 3
HELD_OUT_BYTES = 300_000
"""Of the addresses, from their end: what the starters were not trained on."""
ADDRESSES = "state-of-the-union-1945-2006.txt.gz"


def lines(corpus: Path) -> list[str]:
    """All methods with their defaults, and those that say more with others."""
    if given := os.environ.get("LEXIGRAFT_BENCH_METHODS"):
        return [line.strip() for line in given.split(";") if line.strip()]
    return [
        "all",
        "omp k=8,16,32,64",
        "procrustes scaled=true",
        "ridge strength=0.1",
        f"trans-tokenizers base_text={corpus} target_text={corpus}",  # its two languages are one here
    ]


@pytest.fixture(scope="module")
def texts(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What is measured, and what is learnt from."""
    folder = tmp_path_factory.mktemp("texts")
    addresses = gzip.decompress((shared_data / "prose" / ADDRESSES).read_bytes())
    measured, corpus = folder / "addresses.txt", folder / "corpus.txt"
    held_out = addresses[-HELD_OUT_BYTES:][: 1000 * KILOBYTES]
    measured.write_text(held_out.decode("utf-8", "ignore"), encoding="utf-8")
    others = sorted(path for path in (shared_data / "prose").glob("*.gz"))
    share = 10_000 * KILOBYTES // len(others)
    parts = [gzip.decompress(path.read_bytes())[:-HELD_OUT_BYTES][:share] for path in others]  # of each
    corpus.write_text("\n".join(part.decode("utf-8", "ignore") for part in parts), encoding="utf-8")
    return measured, corpus


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize(("base", "target"), [("prose-bpe", "prose-unigram"), ("prose-unigram", "prose-bpe")])
def test_that_methods_are_compared_on_the_starters(base: str, target: str, texts: tuple[Path, Path]) -> None:
    measured, corpus = texts
    starters = resources_folder() / "starter"
    found = swept(
        base=starters / base,
        target_tokenizer=starters / target,
        method=lines(corpus),
        text=[measured],
        max_bytes=None,
        corpus=[corpus],
    )
    show(f"{base} → {target}, {KILOBYTES} kB of held-out addresses", found)


@pytest.mark.timeout(8 * 3600)
def test_that_methods_are_compared_on_minilm(
    shared_data: Path, texts: tuple[Path, Path], tmp_path: Path
) -> None:
    minilm = ROOT / ".real-models" / "minilm"
    if not minilm.is_dir():
        pytest.skip(f"needs MiniLM: there is no {minilm} (make real-models fetches it)")
    collection = shared_data / "ir" / "cranfield"
    if DOCUMENTS:
        collection = cut(collection, tmp_path / "cranfield", DOCUMENTS)
    found = swept(
        base=minilm,
        target_tokenizer=resources_folder() / "starter" / "prose-bpe",
        method=lines(texts[1]),
        corpus=[texts[1]],
        collection=collection,
        pairs=[shared_data / "words" / "similarity" / "EN-WS-353-SIM.txt"],
    )
    of = f"{DOCUMENTS} documents of Cranfield" if DOCUMENTS else "Cranfield"
    show(f"MiniLM → prose-bpe, {of}", found)


def swept(**fields: Any) -> SweepResult:
    found = sweep(SweepRequest(seeds=SEEDS, **fields), device="cpu")
    assert isinstance(found, SweepResult)
    assert found.best is not None
    return found


def show(title: str, found: SweepResult) -> None:
    print(f"\n\n### {title}\n\n{found.summary()}\n")
    for head, rows in found.tables():
        print(markdown(head, rows), end="\n\n")


def markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table as GitHub reads it."""

    def line(cells: Sequence[object]) -> str:
        return f"| {' | '.join('' if cell is None else str(cell).replace('|', '/') for cell in cells)} |"

    return "\n".join([line(head), line(["---"] * len(head)), *map(line, rows)])


def cut(collection: Path, folder: Path, documents: int) -> Path:
    """A smaller collection: the first documents, and the queries that they answer."""
    (folder / "qrels").mkdir(parents=True)
    with gzip.open(collection / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        kept = [line for _, line in zip(range(documents), file, strict=False)]
    ids = {str(json.loads(line)["_id"]) for line in kept}
    (folder / "corpus.jsonl").write_text("".join(kept), encoding="utf-8")
    (folder / "queries.jsonl").write_bytes((collection / "queries.jsonl").read_bytes())
    table = (collection / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()
    judged = [row for row in table[1:] if row.split("\t")[1] in ids]
    (folder / "qrels" / "test.tsv").write_text("\n".join([table[0], *judged]) + "\n", encoding="utf-8")
    return folder
