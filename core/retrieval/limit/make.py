"""A LIMIT collection made from word lists (arXiv 2508.21038, section 5; our own words)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.limit.attributes import attributes
from core.retrieval.limit.names import names
from core.retrieval.limit.pattern import relevant
from core.retrieval.limit.request import Pattern

_ATTRIBUTES = 1_850
"""At least so many are in play, as in the paper."""
_AT_ONCE = 500


@dataclass(frozen=True)
class Made:
    """`sets`: the documents, by number, that are relevant to each query."""

    ids: Sequence[str]
    texts: Sequence[str]
    query_ids: Sequence[str]
    query_texts: Sequence[str]
    sets: Sequence[tuple[int, ...]]

    def judgements(self) -> dict[str, dict[str, int]]:
        pairs = zip(self.query_ids, self.sets, strict=True)
        return {query: {self.ids[place]: 1 for place in places} for query, places in pairs}


def make(
    *, documents: int, queries: int, k: int, pattern: Pattern, per_document: int, seed: int, ctx: Context
) -> Made:
    """The same for the same arguments, on every machine.

    A thing that is asked for is liked by its relevant documents alone; one that has more of these than
    `per_document` gets no others.

    Raises:
        UserError: more documents or words would be needed than there are.
    """
    generator = random.Random(seed)
    sets = relevant(pattern, documents, queries, k, generator)
    try:
        liked = attributes(max(_ATTRIBUTES, queries + per_document))
        people = names(documents, generator)
    except ValueError as error:
        field = "queries" if "attributes" in str(error) else "documents"
        raise UserError(f"So large a collection cannot be made: {error}.", field=field) from None
    generator.shuffle(liked)
    asked, others = liked[:queries], liked[queries:]
    likes: list[list[str]] = [[] for _ in range(documents)]
    for attribute, places in zip(asked, sets, strict=True):
        for place in places:
            likes[place].append(attribute)
    texts = []
    for number, (person, own) in enumerate(zip(people, likes, strict=True)):
        if number % _AT_ONCE == 0:
            ctx.progress(number, documents, "Making the collection")
        own += generator.sample(others, max(0, per_document - len(own)))
        generator.shuffle(own)
        texts.append(f"{person} likes {enumerated(own)}.")
    return Made(
        ids=people,
        texts=texts,
        query_ids=[f"query_{number}" for number in range(queries)],
        query_texts=[f"Who likes {attribute}?" for attribute in asked],
        sets=sets,
    )


def enumerated(items: Sequence[str]) -> str:
    """``A, B and C``"""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
