"""A document's title: is its body found by it?"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, ClassVar, Literal

from core.retrieval.collections.builders.builder import Builder, Documents, Made, all_of, builder, drawn

if TYPE_CHECKING:
    from core.jobs.context import Context


@builder
class TitleToBody(Builder):
    title: ClassVar[str] = "Title to body"
    sentence: ClassVar[str] = "A document's title, which is taken off all documents; the body is to be found."
    alters: ClassVar[bool] = True

    kind: Literal["title_to_body"] = "title_to_body"

    def build(self, documents: Documents, count: int, seed: int, ctx: Context) -> Made:
        """All documents with the same title are answers."""
        chance = random.Random(f"{seed} {self.kind}")
        titles: dict[str, list[str]] = {}
        for document in drawn(documents, chance, ctx, "Drawing titles"):
            if len(titles) == count:
                break
            if document.title.strip() and document.body.strip():
                titles.setdefault(document.title, [])
        for document in all_of(documents, ctx, "Looking for the same titles elsewhere"):
            if document.title in titles and document.body.strip():
                titles[document.title].append(documents.ids[document.place])
        made = Made()
        for number, (text, ids) in enumerate(titles.items(), start=1):
            made.add(f"title-{number}", text, ids)
        return made

    def altered(self, title: str, body: str) -> tuple[str, str]:
        return "", body
