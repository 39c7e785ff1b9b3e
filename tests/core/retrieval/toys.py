"""A collection small enough to check by eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.retrieval.ranking import Ranking

DOCUMENTS = {
    "d1": ("Cats", "The cat sat on the mat and slept."),
    "d2": ("Dogs", "A dog barked at the cat all night."),
    "d3": ("", "Birds sing in the morning."),
    "d4": ("Fish", "Fish swim in the sea; a cat would like one."),
}
QUERIES = {"q1": "where does the cat sleep", "q2": "singing birds", "q3": "what swims"}
JUDGEMENTS = {"q1": {"d1": 2, "d2": 0, "gone": 1}, "q2": {"d3": 1}, "q3": {"d4": 1, "d1": -1}}


def toy_collection(path: Path = Path("toy")) -> Collection:
    titles, bodies = zip(*DOCUMENTS.values(), strict=True)
    return Collection(
        name="toy",
        path=path,
        documents=MemoryTexts(list(DOCUMENTS), list(bodies), list(titles)),
        queries=MemoryTexts(list(QUERIES), list(QUERIES.values())),
        judgements=JUDGEMENTS,
    )


def toy_ranking(*rows: tuple[int, ...]) -> Ranking:
    """Places in order, with scores 1, 1/2, 1/3 …"""
    width = max(map(len, rows))
    places = np.full((len(rows), width), -1, dtype=np.int64)
    scores = np.full((len(rows), width), -np.inf)
    for number, row in enumerate(rows):
        places[number, : len(row)] = row
        scores[number, : len(row)] = [1 / rank for rank in range(1, len(row) + 1)]
    return Ranking(places, scores)
