"""Interpolation between the nearest anchors, as mergekit's tokensurgeon does, and two mixtures more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.transplant.neighbours import Neighbours
    from core.transplant.rows import Rows, Task


@method
class Interpolation(Method):
    title = "Interpolation between nearest anchors"
    source = "mergekit's tokensurgeon, common_interpolation"
    sentence = "Each new token as a mixture of the shared tokens nearest to it in the donor."
    needs_donor = True

    name: Literal["interpolation"] = "interpolation"
    k: int = Field(
        default=16,
        ge=1,
        le=256,
        title="Neighbours, k",
        description="How many anchors make up one token.",
    )
    metric: Literal["euclidean", "cosine"] = Field(
        default="euclidean", title="Nearest by", description="Distance, or direction alone."
    )
    weights: Literal["proportional", "softmax", "barycentric", "least-squares"] = Field(
        default="proportional",
        title="Weights",
        description="Proportional: by 1 / distance, or by the cosine. Softmax: of the cosine, or of the "
        "distance taken off. Barycentric: what comes nearest to the token and sums to one. Least-squares: "
        "what comes nearest to it.",
    )
    temperature: float = Field(
        default=0.1,
        gt=0,
        le=10,
        title="Temperature",
        description="For softmax: the smaller, the more the nearest counts. Distances are measured in the "
        "distance of the nearest anchor.",
        json_schema_extra={"advanced": True},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.neighbours import mixtures

        self.check(len(task.anchors))
        if len(task.anchors) < self.k:
            ctx.warn(f"Each token is a mixture of all {len(task.anchors):,} anchors, as k = {self.k}.")
        return mixtures(task, self.k, self.metric, self.weigh, ctx)

    def weigh(self, found: Neighbours) -> torch.Tensor:
        """(B, k) float64."""
        from core.transplant.neighbours import barycentric, least_squares

        if self.weights == "barycentric":
            return barycentric(found.points, found.targets)
        if self.weights == "least-squares":
            return least_squares(found.points, found.targets)
        if self.metric == "cosine":
            likeness = 1 - found.distances
            if self.weights == "softmax":
                return (likeness / self.temperature).softmax(dim=1)
            return _shares(likeness.clamp_min(0))
        if self.weights == "softmax":
            unit = found.distances[:, :1].clamp_min(1e-6)
            return (-found.distances / unit / self.temperature).softmax(dim=1)
        return _shares(1 / found.distances.clamp_min(1e-6))

    def check(self, anchors: int) -> None:
        if not anchors:
            raise UserError(
                "Interpolation needs anchors, but the two vocabularies share no token that can serve; choose "
                "another method.",
                field="method",
            )

    def operations(self, targets: int, anchors: int, width: int) -> float:
        solved = 60.0 * self.k**3 if self.weights in ("barycentric", "least-squares") else 0.0
        return 2.0 * targets * (width * (anchors + self.k**2) + solved)


def _shares(weights: torch.Tensor) -> torch.Tensor:
    """With the sum one; where all are zero (no cosine is positive) the nearest alone."""
    total = weights.sum(dim=1, keepdim=True)
    shares = weights / total.clamp_min(1e-300)
    shares[(total == 0)[:, 0], 0] = 1
    return shares
