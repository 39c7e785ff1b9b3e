"""A stretch of words out of a document: is the document found again by it?"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.retrieval.collections.builders.builder import (
    Builder,
    Document,
    Documents,
    Made,
    Noise,
    all_of,
    builder,
    drawn,
)
from core.retrieval.collections.words import spans, words

if TYPE_CHECKING:
    from core.jobs.context import Context


@builder
class PartOfPassage(Builder, Noise):
    title: ClassVar[str] = "Part of a passage"
    source: ClassVar[str] = "2508.17858 (LexSemBridge); construction of our own"
    sentence: ClassVar[str] = "A stretch of words out of a document, which is to be found by it."

    kind: Literal["part_of_passage"] = "part_of_passage"
    words: int = Field(16, ge=1, le=1024, title="Words", description="In each query.")

    def build(self, documents: Documents, count: int, seed: int, ctx: Context) -> Made:
        """Of documents of at least twice as many words; a document that has the same stretch is an answer,
        too."""
        chance = random.Random(f"{seed} {self.kind} {self.words}")
        parts: list[tuple[Document, str]] = []
        for document in drawn(documents, chance, ctx, "Drawing parts of passages"):
            found = spans(document.body)
            if len(found) >= 2 * self.words:
                first = chance.randint(0, len(found) - self.words)
                begin, end = found[first][0], found[first + self.words - 1][1]
                parts.append((document, document.body[begin:end]))
                if len(parts) == count:
                    break
        made = Made()
        holders = _holders(parts, documents, ctx)
        for number, (document, part) in enumerate(parts, start=1):
            ids = [documents.ids[place] for place in sorted({document.place, *holders[number - 1]})]
            made.add(f"{self.kind}{self.words}-{number}", self.noisy(part, chance), ids)
        return made


def _holders(parts: list[tuple[Document, str]], documents: Documents, ctx: Context) -> list[list[int]]:
    """For each part the places of all documents that hold it, letter by letter.

    The longest word of a part, a rare one mostly, tells for which documents the part is looked for.
    """
    by_word: dict[str, list[int]] = {}
    for number, (_, part) in enumerate(parts):
        by_word.setdefault(max(words(part), key=len), []).append(number)
    found: list[list[int]] = [[] for _ in parts]
    for document in all_of(documents, ctx, "Looking for the same parts elsewhere"):
        for word in by_word.keys() & set(words(document.body)):
            for number in by_word[word]:
                if parts[number][1] in document.body:
                    found[number].append(document.place)
    return found
