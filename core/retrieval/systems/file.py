"""A ranking that another program made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.retrieval.systems.system import System, system

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.ranking import Ranking, Task


@system
class File(System):
    title: ClassVar[str] = "Run file"
    sentence: ClassVar[str] = "A ranking that another program wrote (TREC run file)."

    kind: Literal["file"] = "file"
    path: Path = Field(
        title="File",
        description="Lines of query, Q0, document, rank, score and name. Scores decide, as in trec_eval.",
        json_schema_extra={"input": "file"},
    )

    def rank(self, task: Task, ctx: Context) -> Ranking:
        from core.retrieval.search.run_file import rank

        return rank(self, task, ctx)

    def named(self) -> str:
        return self.label or self.path.stem
