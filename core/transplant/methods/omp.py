"""OMP: each new token as a sparse sum of anchors (arXiv 2506.06607)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
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
        default=64,
        ge=1,
        le=1024,
        title="Anchors per token, k",
        description="How many anchors make up one token.",
    )
    normalise: bool = Field(
        default=False,
        title="Normalise anchors",
        description="Choose anchors by direction alone, as in the textbook; otherwise long anchors are "
        "preferred, as in the paper's program.",
        json_schema_extra={"advanced": True},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.pursuit import Dictionary, chunk_rows, full_precision
        from core.transplant.rows import Rows

        assert task.donor is not None
        self.check(len(task.anchors))
        self._warn(len(task.anchors), task.donor.shape[1], ctx)
        stage = "Approximating tokens" if task.matrix == "input" else "Approximating tokens, head"
        parts = []
        independence = []
        with full_precision():
            atoms = Dictionary(task.donor[task.anchors.donor].to(ctx.device), normalise=self.normalise)
            size = chunk_rows(self.k, task.donor.shape[1])
            for first in range(0, len(task), size):
                targets = task.targets[first : first + size]

                def make(first: int = first, targets: torch.Tensor = targets) -> Rows:
                    found = atoms.pursue(
                        task.donor[targets].to(ctx.device),  # type: ignore[index]
                        self.k,
                        step=lambda done: ctx.progress(first + done, len(task), stage),
                    )
                    independence.append(found.independence)
                    support = found.support.long()
                    ids = torch.where(support >= 0, task.anchors.base[support.clamp_min(0)], -1)
                    return Rows.combined(ids, found.weights, residual=found.residual)

                parts.append(task.keep(first, make))
                ctx.progress(first + len(targets), len(task), stage)
        if independence and float((torch.cat(independence) < 1e-3).float().mean()) > 0.01:
            ctx.warn(
                "More than one token in a hundred is made of anchors that nearly cancel; choose a smaller k."
            )
        return Rows.joined(parts)

    def check(self, anchors: int) -> None:
        if anchors < self.k:
            raise UserError(
                f"OMP with k = {self.k} needs at least {self.k} anchors, but the two vocabularies share "
                f"{anchors:,} that can serve; choose a smaller k.",
                field="method",
            )

    def operations(self, targets: int, anchors: int, width: int) -> float:
        # What is kept of the chosen anchors is read again at each step, at the speed of the memory.
        return 2.0 * targets * width * self.k * (anchors + 30 * self.k)

    def _warn(self, anchors: int, width: int, ctx: Context) -> None:
        if anchors < 4 * self.k:
            ctx.warn(
                f"Only {anchors:,} anchors for k = {self.k}: each token is made of much of what there is; "
                "a smaller k is safer."
            )
        if self.k >= width:
            ctx.warn(
                f"k = {self.k} is not below the donor's hidden size, {width}: any token is then matched "
                "exactly, whatever it means; choose a smaller k."
            )
