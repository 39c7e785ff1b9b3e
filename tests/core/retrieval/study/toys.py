"""A collection of a few lines, and models of a few kilobytes."""

from __future__ import annotations

from pathlib import Path

from core.collections.memory import MemoryTexts
from core.collections.write import write_collection

WORDS = [
    "lantern",
    "bridge",
    "harbour",
    "clock",
    "ferryman",
    "rain",
    "morning",
    "lamp",
    "ship",
    "war",
    "year",
    "people",
]


def write_toy_collection(folder: Path, *, titles: bool = True) -> Path:
    """24 documents about two words each, and 12 queries of one word, which two documents answer."""
    bodies, names, queries, judgements = [], [], [], dict[str, dict[str, int]]()
    for number, word in enumerate(WORDS):
        other = WORDS[(number + 1) % len(WORDS)]
        bodies += [f"The {word} and the {other} were seen. Nobody had known of it before the {word}."] * 2
        bodies[-1] += " It was late."
        names += [f"About the {word}", f"More of the {word}"]
        queries.append(f"Where was the {word}?")
        judgements[f"q{number}"] = {f"d{2 * number}": 1, f"d{2 * number + 1}": 1}
    documents = MemoryTexts([f"d{place}" for place in range(len(bodies))], bodies, names if titles else None)
    asked = MemoryTexts(list(judgements), queries)
    write_collection(folder, documents, asked, judgements)
    return folder
