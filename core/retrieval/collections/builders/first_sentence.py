"""A document's first sentence: is the rest found by it?"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.retrieval.collections.builders.builder import Builder, Documents, Made, all_of, builder, drawn
from core.retrieval.collections.words import SENTENCE_END, words

if TYPE_CHECKING:
    from core.jobs.context import Context


@builder
class FirstSentence(Builder):
    title: ClassVar[str] = "First sentence to the rest"
    sentence: ClassVar[str] = "A document's first sentence, which is taken off; the rest is to be found."
    alters: ClassVar[bool] = True

    kind: Literal["first_sentence"] = "first_sentence"
    fewest: int = Field(
        4, ge=1, title="Fewest words", description="Of the sentence, and of the rest; others stay whole."
    )

    def build(self, documents: Documents, count: int, seed: int, ctx: Context) -> Made:
        """All documents that begin with the same sentence are answers."""
        chance = random.Random(f"{seed} {self.kind}")
        sentences: dict[str, list[str]] = {}
        for document in drawn(documents, chance, ctx, "Drawing first sentences"):
            if len(sentences) == count:
                break
            first, _ = self._parted(document.body)
            if first:
                sentences.setdefault(first, [])
        for document in all_of(documents, ctx, "Looking for the same sentences elsewhere"):
            first, _ = self._parted(document.body)
            if first in sentences:
                sentences[first].append(documents.ids[document.place])
        made = Made()
        for number, (text, ids) in enumerate(sentences.items(), start=1):
            made.add(f"sentence-{number}", text, ids)
        return made

    def altered(self, title: str, body: str) -> tuple[str, str]:
        first, rest = self._parted(body)
        return title, rest if first else body

    def _parted(self, body: str) -> tuple[str, str]:
        """The first sentence and the rest; nothing and all where there is no such sentence."""
        for end in SENTENCE_END.finditer(body):
            first, rest = body[: end.end()].strip(), body[end.end() :]
            if len(words(first)) >= self.fewest:
                return (first, rest) if len(words(rest)) >= self.fewest else ("", body)
        return "", body
