"""Late interaction: one vector a token, each of the query's matched with the best of the document's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.encoders.request import EncoderFields
from core.retrieval.systems.names import encoder_name
from core.retrieval.systems.system import System, system

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task


@system
class Late(System, EncoderFields):
    title: ClassVar[str] = "Late interaction"
    source: ClassVar[str] = "2004.12832 (ColBERT)"
    sentence: ClassVar[str] = "Each token of the query finds its best match in the document (MaxSim)."

    kind: Literal["late"] = "late"
    of: str | None = Field(
        None,
        title="Candidates",
        description="The system whose first documents are scored token by token.",
        json_schema_extra={"none": "BM25"},
    )
    depth: int = Field(
        1000,
        ge=1,
        le=100_000,
        title="Depth",
        description="How many candidates are scored for each query.",
        json_schema_extra={"advanced": True},
    )

    def rank(self, task: Task, ctx: Context) -> Ranking:
        from core.retrieval.search.late import rank

        return rank(self, task, ctx)

    def needs(self) -> list[str]:
        return [self.of] if self.of else []

    def named(self) -> str:
        return self.label or f"{encoder_name(self)} · MaxSim"
