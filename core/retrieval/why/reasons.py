"""What went wrong with a query, as far as it can be told without a model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.retrieval.record.inspect import Document, Hit, Query, Record
from core.retrieval.why.words import SMALL, counted, words_of


@dataclass(frozen=True)
class Tag:
    """A likely reason for a bad answer. `kind` tells reasons apart, `sentence` says it of this query."""

    kind: str
    sentence: str


class Reasons:
    """Reasons that need no model, for all queries of one system in a record.

    ``no relevant``: nothing is judged relevant. ``not in the collection``: what is, is not there. ``short``:
    two words or fewer. ``word gap``: no word in common with any relevant document. ``double``: the first hit
    is not judged and has nearly the words of a relevant one. ``hub``: the first hit is among the first ten
    of very many queries. ``number``, ``negation``: the query's is missing in the first hit, and the relevant
    ones have it. ``unjudged``: five or more unjudged hits stand above the first relevant one.
    """

    ALIKE = 0.9
    """Words in common, over those in either, of texts that are nearly the same."""
    UNJUDGED = 5
    SHORT = 2

    def __init__(self, record: Record, system: str) -> None:
        self._record, self._system = record, system

    def of(self, query: Query) -> list[Tag]:
        """In the order of the class's list; empty where none applies, and where the first hit is relevant."""
        hits = self._record.hits(query.id, self._system)
        if hits and (hits[0].grade or 0) > 0:
            return []
        judged = self._record.judged(query.id)
        relevant = [id for id, grade in judged.items() if grade > 0]
        texts = [document for document in map(self._record.document, relevant) if document is not None]
        found: list[Tag] = []
        words = words_of(query.text)
        if not relevant:
            return [Tag("no relevant", "Nothing is judged relevant: the query counts 0 whatever is found.")]
        if not texts:
            found.append(Tag("not in the collection", "None of its relevant documents is in the collection."))
        if len(words) <= self.SHORT:
            found.append(Tag("short", f"The query has {counted(len(words), 'word')}."))
        telling = frozenset(words) - SMALL
        if texts and not any(telling & frozenset(words_of(_whole(text))) for text in texts):
            found.append(Tag("word gap", "No relevant document has a telling word of the query."))
        if hits:
            found += self._of_first(query, hits, texts)
        return found

    def _of_first(self, query: Query, hits: Sequence[Hit], texts: Sequence[Document]) -> list[Tag]:
        found: list[Tag] = []
        first = hits[0].document
        document = self._record.document(first)
        if document is not None and hits[0].grade is None:
            twin = next((text.id for text in texts if _alike(document, text) >= self.ALIKE), None)
            if twin is not None:
                found.append(Tag("double", f"The first hit nearly has the words of {twin}, a relevant one."))
        times = self._tops.get(first, 0)
        if times > self._often:
            found.append(
                Tag("hub", f"The first hit is among the first ten of {counted(times, 'query', 'queries')}.")
            )
        if document is not None and texts:
            found += _mismatches(query.text, _whole(document), [_whole(text) for text in texts])
        above = next((n for n, hit in enumerate(hits) if (hit.grade or 0) > 0), len(hits))
        unjudged = sum(hit.grade is None for hit in hits[:above])
        if unjudged >= self.UNJUDGED:
            where = "above the first relevant one" if above < len(hits) else "and no relevant one is found"
            found.append(Tag("unjudged", f"{counted(unjudged, 'hit')} that nobody judged {where}."))
        return found

    @cached_property
    def _tops(self) -> Counter[str]:
        """Document → for how many queries it is among the first ten."""
        return Counter(hit.document for _, hit in self._record.all_hits(self._system, 10))

    @cached_property
    def _often(self) -> float:
        """The mean of these, of documents that there are, and three standard deviations more."""
        counts = list(self._tops.values())
        if not counts:
            return math.inf
        mean = sum(counts) / len(counts)
        return mean + 3 * math.sqrt(sum((count - mean) ** 2 for count in counts) / len(counts))


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NEGATION = re.compile(r"\b(?:not|no|never|without|neither|nor|none|n't|cannot)\b|n't\b", re.IGNORECASE)


def _mismatches(query: str, first: str, relevant: Sequence[str]) -> list[Tag]:
    found: list[Tag] = []
    numbers = set(_NUMBER.findall(query))
    missing = sorted(numbers - set(_NUMBER.findall(first)))
    if missing and any(missing[0] in _NUMBER.findall(text) for text in relevant):
        found.append(Tag("number", f"The first hit has no {missing[0]}; a relevant document has it."))
    if _NEGATION.search(query) and not _NEGATION.search(first) and any(map(_NEGATION.search, relevant)):
        found.append(
            Tag("negation", "The query denies something, as a relevant document does; the first hit not.")
        )
    return found


def _whole(document: Document) -> str:
    return f"{document.title} {document.text}"


def _alike(first: Document, second: Document) -> float:
    a, b = frozenset(words_of(_whole(first))), frozenset(words_of(_whole(second)))
    return len(a & b) / len(a | b) if a | b else 0.0
