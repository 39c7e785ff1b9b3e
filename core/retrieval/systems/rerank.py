"""The first documents of a system put in a new order by a second model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.retrieval.systems.names import model_name
from core.retrieval.systems.system import System, system

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task


@system
class Rerank(System):
    title: ClassVar[str] = "Reranking"
    source: ClassVar[str] = "1901.04085 (cross-encoder)"
    sentence: ClassVar[str] = "The first documents of a system put in a new order by a second model."

    kind: Literal["rerank"] = "rerank"
    model: Path = Field(
        title="Model",
        description="A cross-encoder (one label, reads query and document together), or any second encoder.",
        json_schema_extra={"input": "encoder"},
    )
    of: str = Field(
        "bm25",
        title="Of",
        description="The system whose first documents are put in a new order: its name, kind or model.",
    )
    depth: int = Field(
        100,
        ge=1,
        le=10_000,
        title="Depth",
        description="How many documents get a new place; the others stay below in their old order.",
    )

    def rank(self, task: Task, ctx: Context) -> Ranking:
        from core.retrieval.search.rerank import rank

        return rank(self, task, ctx)

    def needs(self) -> list[str]:
        return [self.of]

    def named(self) -> str:
        of = "BM25" if self.of == "bm25" else self.of
        return self.label or f"{of} → {model_name(self.model)}"
