"""BM25: words shared by query and document, weighted by how rare they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.retrieval.systems.system import System, system

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task


@system
class Bm25(System):
    title: ClassVar[str] = "BM25"
    sentence: ClassVar[str] = "Words shared by query and document, rare ones weighing more."

    kind: Literal["bm25"] = "bm25"
    k1: float = Field(1.2, ge=0, title="k1", description="How fast a word's repetitions count less.")
    b: float = Field(0.75, ge=0, le=1, title="b", description="How much long documents are held back.")

    def rank(self, task: Task, ctx: Context) -> Ranking:
        raise NotImplementedError
