"""OMP: each new token as a sparse sum of anchors (arXiv 2506.06607)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task


@method
class Omp(Method):
    title = "OMP, orthogonal matching pursuit"
    source = "arXiv 2506.06607"
    sentence = "Each new token as a sparse sum of tokens that both vocabularies share."
    needs_donor = True

    name: Literal["omp"] = "omp"
    k: int = Field(
        64, ge=1, le=1024, title="Anchors per token, k", description="How many anchors make up one token."
    )
    normalise: bool = Field(
        False,
        title="Normalise anchors",
        description="Choose anchors by direction alone, as in the textbook; otherwise long anchors are preferred, "
        "as in the paper's program.",
        json_schema_extra={"advanced": True},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.pursuit import pursue

        return pursue(task, self.k, normalise=self.normalise, ctx=ctx)
