"""What can be told of a LIMIT collection without any system: its density, and that words solve it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

from core.collections.collection import Collection
from core.errors import UserError
from core.jobs.context import Context

_ASKED, _LIKES = "Who likes ", " likes "
_AT_ONCE = 1_000


def density(judgements: Mapping[str, Mapping[str, int]]) -> float:
    """Of all pairs of documents that are relevant to something, the share that are so to the same query."""
    joined: set[tuple[str, str]] = set()
    used: set[str] = set()
    for grades in judgements.values():
        found = sorted(document for document, grade in grades.items() if grade > 0)
        used.update(found)
        joined.update(combinations(found, 2))
    pairs = len(used) * (len(used) - 1) / 2
    return len(joined) / pairs if pairs else 0.0


def found_by_words(collection: Collection, ctx: Context) -> float:
    """The mean recall at as many hits as there are relevant documents, of TF-IDF with one token for each
    thing liked: 1 if the collection is what it should be.

    Raises:
        UserError: its texts are not of the form *Name likes A, B and C.* and *Who likes A?*.
    """
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    count = len(collection.documents)
    for first in range(0, count, _AT_ONCE):
        ctx.progress(first, count, "Checking the collection")
        for place, text in enumerate(collection.documents.texts(first, first + _AT_ONCE), start=first):
            likes = _liked(text)
            for attribute in likes:
                holders[attribute].append((place, 1 / math.sqrt(len(likes))))
    recalls = []
    for place, query in enumerate(collection.queries.ids):
        grades = collection.judgements.get(query, {})
        wanted = {document for document, grade in grades.items() if grade > 0}
        rarity = holders.get(_asked(collection.queries.text(place)), [])
        best = sorted(rarity, key=lambda held: (-held[1], held[0]))[: len(wanted)]
        found = wanted & {collection.documents.ids[document] for document, _ in best}
        recalls.append(len(found) / len(wanted) if wanted else 0.0)
    return math.fsum(recalls) / len(recalls) if recalls else 0.0


def _liked(text: str) -> list[str]:
    _, likes, listed = text.strip().removesuffix(".").partition(_LIKES)
    if not likes:
        raise UserError(
            f"The document {text[:60]!r} does not say what somebody likes: this is no LIMIT collection.",
            field="given",
        )
    parts = listed.split(", ")
    *before, last = parts
    one, joined, other = last.rpartition(" and ")
    return [*before, one, other] if joined else parts


def _asked(text: str) -> str:
    if not text.startswith(_ASKED):
        raise UserError(
            f"The query {text[:60]!r} does not ask who likes something: this is no LIMIT collection.",
            field="given",
        )
    return text.removeprefix(_ASKED).strip().removesuffix("?")
