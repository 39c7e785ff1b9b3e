"""Words of texts, as BM25 splits them, and those that two texts share."""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = r"\w+"
"""What BM25 takes for a word, unless told otherwise (`core.retrieval.systems.bm25.Bm25.words`)."""
SMALL = frozenset([
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "did",
    "do", "does", "for", "from", "had", "has", "have", "how", "i", "if", "in", "into", "is", "it",
    "its", "may", "no", "not", "of", "on", "or", "our", "s", "should", "so", "such", "than", "that",
    "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "was", "we",
    "were", "what", "when", "where", "which", "while", "who", "whom", "why", "will", "with",
    "without", "would", "you", "your",
])  # fmt: skip
"""English words that tell nothing of what a text is about."""


@dataclass(frozen=True)
class Shared:
    """A word of the query, and where a text has it: first character and the one after the last."""

    word: str
    places: tuple[tuple[int, int], ...]


def shared_words(query: str, text: str, pattern: str = WORD) -> list[Shared]:
    """Words of the query that the text has, in the query's order; words as BM25 splits them."""
    find = re.compile(pattern)
    places: dict[str, list[tuple[int, int]]] = {}
    for found in find.finditer(text):
        places.setdefault(found[0].lower(), []).append(found.span())
    wanted = dict.fromkeys(found[0].lower() for found in find.finditer(query))
    return [Shared(word, tuple(places[word])) for word in wanted if word in places]


def words_of(text: str) -> list[str]:
    """In lower case, repeated ones again."""
    return re.findall(WORD, text.lower())


def counted(number: int, one: str, more: str = "") -> str:
    """``1 query``, ``2 queries``."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
