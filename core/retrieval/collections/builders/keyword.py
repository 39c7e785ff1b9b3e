"""The words that tell most about a document."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.retrieval.collections.builders.builder import (
    Builder,
    Documents,
    Made,
    Noise,
    all_of,
    builder,
    drawn,
)
from core.retrieval.collections.words import FREQUENT, words

if TYPE_CHECKING:
    from core.jobs.context import Context

_SHORTEST = 3
"""Letters of a word that tells something."""
_MOST_ANSWERS = 20
"""Documents with all words of a query; where there are more, the words tell too little."""
_FEWEST_DOCUMENTS = 2
"""A word may be in as many, however few documents there are."""
_SPARE = 1.5
"""Times as many queries are tried as are wanted."""


@builder
class Keyword(Builder, Noise):
    title: ClassVar[str] = "Keywords"
    source: ClassVar[str] = "2508.17858 (LexSemBridge); construction of our own"
    sentence: ClassVar[str] = "The words that tell most about a document; all documents with them answer."

    kind: Literal["keyword"] = "keyword"
    terms: int = Field(3, ge=1, le=5, title="Words", description="In each query.")
    share: float = Field(
        0.01, gt=0, le=1, title="Share", description="Of the documents, in which a word may be at most."
    )

    def build(self, documents: Documents, count: int, seed: int, ctx: Context) -> Made:
        """The words of highest tf · idf, in the order in which they occur; queries with more than 20 answers
        are left out."""
        chance = random.Random(f"{seed} {self.kind} {self.terms}")
        spread: Counter[str] = Counter()
        for document in all_of(documents, ctx, "Counting words"):
            spread.update(_telling(words(document.text)))
        most = max(self.share * len(documents), _FEWEST_DOCUMENTS)
        tried: dict[tuple[str, ...], int] = {}
        wanted = math.ceil(count * _SPARE) + 10
        for document in drawn(documents, chance, ctx, "Drawing keywords"):
            chosen = self._chosen(words(document.text), spread, most, len(documents))
            if len(chosen) == self.terms and not any(set(chosen) == set(other) for other in tried):
                tried[chosen] = document.place
                if len(tried) == wanted:
                    break
        made = Made()
        for chosen, holders in self._holders(list(tried), spread, documents, ctx).items():
            if len(holders) <= _MOST_ANSWERS and len(made.queries) < count:
                id = f"{self.kind}{self.terms}-{len(made.queries) + 1}"
                made.add(
                    id, self.noisy(" ".join(chosen), chance), [documents.ids[place] for place in holders]
                )
        return made

    def _chosen(self, said: list[str], spread: Counter[str], most: float, total: int) -> tuple[str, ...]:
        often = Counter(said)
        weights = {
            word: often[word] * math.log(total / spread[word] + 1)
            for word in _telling(said)
            if spread[word] <= most
        }
        best = set(sorted(weights, key=lambda word: (-weights[word], word))[: self.terms])
        return tuple(word for word in dict.fromkeys(said) if word in best)

    def _holders(
        self, tried: list[tuple[str, ...]], spread: Counter[str], documents: Documents, ctx: Context
    ) -> dict[tuple[str, ...], list[int]]:
        """Query → the places of the documents that have all its words."""
        by_rarest: dict[str, list[tuple[str, ...]]] = {}
        for chosen in tried:
            by_rarest.setdefault(min(chosen, key=lambda word: (spread[word], word)), []).append(chosen)
        found: dict[tuple[str, ...], list[int]] = {chosen: [] for chosen in tried}
        for document in all_of(documents, ctx, "Looking for documents with the same words"):
            there = set(words(document.text))
            for rarest in by_rarest.keys() & there:
                for chosen in by_rarest[rarest]:
                    if there.issuperset(chosen):
                        found[chosen].append(document.place)
        return found


def _telling(said: list[str]) -> set[str]:
    return {word for word in said if len(word) >= _SHORTEST and word not in FREQUENT}
