"""BM25: words shared by query and document, weighted by how rare they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from core.retrieval.systems.system import System, system

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task

_VARIANTS: dict[str, Any] = {
    "lucene": "Lucene",
    "robertson": "Robertson",
    "atire": "ATIRE",
    "bm25l": "BM25L",
    "bm25+": "BM25+",
}
Stemmer = Literal[
    "arabic", "catalan", "danish", "dutch", "english", "esperanto", "estonian",
    "finnish", "french", "german", "greek", "hindi", "hungarian", "indonesian", "irish", "italian",
    "lithuanian", "nepali", "norwegian", "porter", "portuguese", "romanian", "russian", "serbian", "spanish",
    "swedish", "tamil", "turkish", "yiddish",
]  # fmt: skip
StopWords = Literal[
    "english", "german", "dutch", "french", "spanish", "portuguese", "italian", "russian", "swedish",
    "norwegian", "chinese", "turkish",
]  # fmt: skip


@system
class Bm25(System):
    title: ClassVar[str] = "BM25"
    source: ClassVar[str] = "2407.03618 (bm25s)"
    sentence: ClassVar[str] = "Words shared by query and document, rare ones weighing more."

    kind: Literal["bm25"] = "bm25"
    k1: float = Field(1.2, ge=0, title="k1", description="How fast a word's repetitions count less.")
    b: float = Field(0.75, ge=0, le=1, title="b", description="How much long documents are held back.")
    variant: Literal["lucene", "robertson", "atire", "bm25l", "bm25+"] = Field(
        "lucene",
        title="Variant",
        description="How rarity and repetitions are weighed.",
        json_schema_extra={"advanced": True, "labels": _VARIANTS},
    )
    delta: float = Field(
        0.5,
        ge=0,
        title="δ",
        description="What BM25L and BM25+ add, so that long documents are not held back too much.",
        json_schema_extra={"advanced": True},
    )
    stemmer: Stemmer | None = Field(
        None,
        title="Stemming",
        description="Words are cut to their stems (Snowball).",
        json_schema_extra={"advanced": True, "none": "none"},
    )
    stop_words: StopWords | None = Field(
        None,
        title="Stop words",
        description="A language's most frequent words are left out.",
        json_schema_extra={"advanced": True, "none": "kept"},
    )
    words: str = Field(
        r"\w+",
        title="Words",
        description="A regular expression of what a word is, in text made lower case.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("words")
    @classmethod
    def _compiles(cls, words: str) -> str:
        try:
            re.compile(words)
        except re.error as error:
            raise ValueError(f"{words!r} is no regular expression: {error}") from None
        return words

    def rank(self, task: Task, ctx: Context) -> Ranking:
        from core.retrieval.search.bm25 import rank

        return rank(self, task, ctx)

    def named(self) -> str:
        if self.label:
            return self.label
        name = "BM25" if self.variant == "lucene" else _VARIANTS[self.variant]
        if not name.startswith("BM25"):
            name = f"BM25 {name}"
        parts = [name, f"k1 {self.k1:g}, b {self.b:g}"]
        if self.stemmer:
            parts.append(f"{self.stemmer} stems")
        if self.stop_words:
            parts.append(f"without {self.stop_words} stop words")
        return " · ".join(parts)
