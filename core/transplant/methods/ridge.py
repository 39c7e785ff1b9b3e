"""Ridge map: the linear map from the donor's space to the base's that errs least on the anchors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.transplant.methods.method import Method, method
from core.transplant.methods.procrustes import check_for_map, moments_of

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task


@method
class Ridge(Method):
    title = "Ridge map"
    source = "T. Mikolov and others, arXiv 1309.4168, with a ridge (A. Hoerl and R. Kennard, 1970)"
    sentence = "One linear map from the donor's space to the base's, fitted to the shared tokens."
    needs_donor = True
    dense = True

    name: Literal["ridge"] = "ridge"
    strength: float = Field(
        default=0.01,
        gt=0,
        le=1000,
        title="Ridge",
        description="How strongly large numbers in the map are held back, as a share of the anchors' mean "
        "variance.",
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.rows import Rows

        assert task.donor is not None
        self.check(len(task.anchors))

        moments = moments_of(task, ctx)
        width = len(moments.donor)
        held = self.strength * float(moments.donor.trace()) / width
        square = moments.donor + held * torch.eye(width, dtype=torch.float64)
        return Rows.given(moments.mapped(torch.linalg.solve(square, moments.across), task, ctx))

    def check(self, anchors: int) -> None:
        check_for_map(anchors)

    def operations(self, targets: int, anchors: int, width: int) -> float:
        return 2.0 * width * width * (3 * anchors + targets) + 2.0 * width**3
