"""A collection of any size, of sentences of the shared prose: for what must bear a million documents.

Each document is four sentences drawn at random, and in a third of them stands a name that only few have, so
that new words never end, as in real texts. Each query is a part of two sentences of one document, its answer.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from pathlib import Path

_SENTENCE = re.compile(r"[^.!?]{30,200}[.!?]")
_SENTENCES = 4
_NAMED = 1 / 3
_QUERY_WORDS = 6
"""Out of each of two sentences."""


def synthetic_collection(
    folder: Path, documents: int, shared_data: Path, *, queries: int = 1_000, seed: int = 0
) -> Path:
    """Write it to `folder`, unless it is there, and return the folder. About 0.5 GB for a million."""
    if (folder / "qrels" / "test.tsv").is_file():
        return folder
    chance = random.Random(seed)
    sentences = _sentences(shared_data)
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    asked = set(chance.sample(range(documents), min(queries, documents)))
    with (
        (folder / "corpus.jsonl").open("w", encoding="utf-8", newline="\n") as corpus,
        (folder / "queries.jsonl").open("w", encoding="utf-8", newline="\n") as questions,
        (folder / "qrels" / "part").open("w", encoding="utf-8", newline="\n") as judged,
    ):
        judged.write("query-id\tcorpus-id\tscore\n")
        for number in range(documents):
            drawn = chance.choices(sentences, k=_SENTENCES)
            if chance.random() < _NAMED:
                drawn.append(f"So said {_name(chance)} of {_name(chance)}.")
            corpus.write(json.dumps({"_id": f"d{number}", "text": " ".join(drawn)}) + "\n")
            if number in asked:
                text = " ".join(_part(sentence, chance) for sentence in drawn[:2])
                questions.write(json.dumps({"_id": f"q{number}", "text": text}) + "\n")
                judged.write(f"q{number}\td{number}\t1\n")
    (folder / "qrels" / "part").rename(folder / "qrels" / "test.tsv")
    return folder


def _sentences(shared_data: Path) -> list[str]:
    found: dict[str, None] = {}
    for path in sorted((shared_data / "prose").glob("*.gz")):
        text = " ".join(gzip.decompress(path.read_bytes()).decode("utf-8", "replace").split())
        found.update(dict.fromkeys(match.group().strip() for match in _SENTENCE.finditer(text)))
    return list(found)


def _name(chance: random.Random) -> str:
    """A few are frequent, most are rare."""
    number = int(chance.paretovariate(0.5))
    syllables = ["ka", "lo", "mi", "ru", "ten", "sa", "vel", "no"]
    name = ""
    while number:
        number, place = divmod(number, len(syllables))
        name += syllables[place]
    return name[:24].capitalize()


def _part(sentence: str, chance: random.Random) -> str:
    words = sentence.split()
    first = chance.randint(0, max(0, len(words) - _QUERY_WORDS))
    return " ".join(words[first : first + _QUERY_WORDS])
