"""Where two models differ: word by word, since their tokens end in different places."""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.generation.score.result import Difference, Passage

MOST_PASSAGES = 60
_WORD = re.compile(r"\s*\S{1,32}|\s+$")
"""A word and the white space before it: where most tokenizers cut. Of what has no spaces, so much at once."""
_AROUND = 40
"""Characters of the text that are kept on either side."""


class WordDifferences:
    """Of the first model and another, gathered passage by passage; remembers a number a word.

    Args:
        model: the other one's place among the models.
    """

    def __init__(self, model: int) -> None:
        self._model = model
        self._all: list[NDArray[np.float32]] = []
        self._most: list[tuple[float, int, Passage]] = []
        self._count = itertools.count()

    def add(self, text: str, start: int, first: NDArray[np.float64], other: NDArray[np.float64]) -> None:
        """Args: `text`, its first byte's place; bits of each of its bytes by both models, NaN where unscored.
        A word that one of the two could not score is left out."""
        words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        if not words:
            return
        edges = np.array([*_byte_places(text, [begin for begin, _ in words]), len(first)])
        one, two = (np.add.reduceat(bits, edges[:-1]) for bits in (first, other))
        gaps = one - two
        known = ~np.isnan(gaps)
        self._all.append(np.abs(gaps[known]).astype(np.float32))
        ranked = np.where(known, np.abs(gaps), -1)
        for place in np.argsort(-ranked)[:MOST_PASSAGES].tolist():
            weight = float(ranked[place])
            if weight <= 0 or (len(self._most) == MOST_PASSAGES and weight <= self._most[0][0]):
                break
            begin, end = words[place]
            found = Passage(
                model=self._model,
                start=start + int(edges[place]),
                end=start + int(edges[place + 1]),
                text=text[begin:end].strip() or text[begin:end],
                before=text[max(0, begin - _AROUND) : begin],
                after=text[end : end + _AROUND],
                bits=(round(float(one[place]), 4), round(float(two[place]), 4)),
            )
            push = heapq.heappush if len(self._most) < MOST_PASSAGES else heapq.heappushpop
            push(self._most, (weight, -next(self._count), found))

    def passages(self) -> list[Passage]:
        """Those that differ most, first the most."""
        return [found for _, _, found in sorted(self._most, key=lambda one: one[:2], reverse=True)]

    def difference(self) -> Difference:
        gaps = np.sort(np.concatenate(self._all or [np.zeros(0, np.float32)]).astype(np.float64))[::-1]
        reached = np.cumsum(gaps)
        half = 0
        if len(gaps) and reached[-1] > 0:
            half = int(np.searchsorted(reached, reached[-1] / 2 - 1e-9)) + 1
        return Difference(model=self._model, words=len(gaps), half=half)


def _byte_places(text: str, places: Sequence[int]) -> list[int]:
    """Of characters (rising), where they begin in UTF-8."""
    found, at, reached = [], 0, 0
    for place in places:
        reached += len(text[at:place].encode())
        at = place
        found.append(reached)
    return found
