"""Orthogonal Procrustes: the donor's space turned onto the base's, so that the anchors lie on each other.

Both sets of anchors are centred and written in their own principal directions (the narrower width of both);
the rotation between them comes from the singular vectors of their product. Exact, in float64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.transplant.rows import Anchors, Rows, Task

_BLOCK = 4096
"""Rows at a time."""


@method
class Procrustes(Method):
    title = "Orthogonal Procrustes"
    source = "P. Schönemann, Psychometrika 31 (1966); mergekit's landmark_pca means the same"
    sentence = "The donor's space turned, without stretching it, so that shared tokens lie on each other."
    needs_donor = True
    dense = True

    name: Literal["procrustes"] = "procrustes"
    scaled: bool = Field(
        default=False,
        title="Scale",
        description="One factor for all directions as well, so that the anchors fit best.",
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.rows import Rows

        assert task.donor is not None
        self.check(len(task.anchors))

        def fit() -> tuple[Moments, torch.Tensor, torch.Tensor, float]:
            moments = moments_of(task, ctx)
            return moments, *rotation(moments)

        moments, left, right, scale = task.shared.once(("procrustes", task.matrix, len(task.anchors)), fit)
        matrix = (left @ right.T) * (scale if self.scaled else 1.0)
        return Rows.given(moments.mapped(matrix, task, ctx))

    def check(self, anchors: int) -> None:
        check_for_map(anchors)

    def operations(self, targets: int, anchors: int, width: int) -> float:
        return 2.0 * width * width * (3 * anchors + targets) + 60.0 * width**3


def check_for_map(anchors: int) -> None:
    """Raises `UserError` where there is nothing to fit a map to."""
    if anchors < 2:
        raise UserError(
            f"A map between the two spaces needs shared tokens, and there are {anchors}; choose another "
            "method.",
            field="method",
        )


def moments_of(task: Task, ctx: Context) -> Moments:
    """Those of a task's anchors, made once for all maps and settings."""

    def make() -> Moments:
        assert task.donor is not None
        return Moments.of(task.table, task.donor, task.anchors, ctx)

    return task.shared.once(("moments of anchors", task.matrix, len(task.anchors)), make)


class Moments:
    """Means of the anchors in both spaces, and their centred products, in float64.

    `donor_mean` (d,), `base_mean` (h,); `donor` AᵀA (d, d), `base` HᵀH (h, h), `across` AᵀH (d, h).
    """

    def __init__(self, width: int, base_width: int) -> None:
        import torch

        self.donor_mean = torch.zeros(width, dtype=torch.float64)
        self.base_mean = torch.zeros(base_width, dtype=torch.float64)
        self.donor = torch.zeros(width, width, dtype=torch.float64)
        self.base = torch.zeros(base_width, base_width, dtype=torch.float64)
        self.across = torch.zeros(width, base_width, dtype=torch.float64)

    @staticmethod
    def of(table: torch.Tensor, donor: torch.Tensor, anchors: Anchors, ctx: Context) -> Moments:
        """In two passes over the anchors, a block at a time.

        Args:
            table, donor: (R_b, h) and (R_d, d), of any number type.
        """
        found = Moments(donor.shape[1], table.shape[1])
        blocks = [slice(at, at + _BLOCK) for at in range(0, len(anchors), _BLOCK)]
        for some in blocks:
            found.donor_mean += donor[anchors.donor[some]].double().sum(dim=0) / len(anchors)
            found.base_mean += table[anchors.base[some]].double().sum(dim=0) / len(anchors)
        for done, some in enumerate(blocks):
            ctx.progress(done, len(blocks), "Comparing the two spaces")
            a = donor[anchors.donor[some]].double() - found.donor_mean
            h = table[anchors.base[some]].double() - found.base_mean
            found.donor.addmm_(a.T, a)
            found.base.addmm_(h.T, h)
            found.across.addmm_(a.T, h)
        return found

    def mapped(self, matrix: torch.Tensor, task: Task, ctx: Context) -> torch.Tensor:
        """(m, h) float32: (x - mean of the donor's anchors) · `matrix` (d, h) + mean of the base's."""
        import torch

        assert task.donor is not None
        small = matrix.float()
        made = torch.empty(len(task), self.base_mean.shape[0])
        for first in range(0, len(task), _BLOCK):
            ctx.progress(first, len(task), "Mapping tokens")
            rows = task.donor[task.targets[first : first + _BLOCK]].float() - self.donor_mean.float()
            made[first : first + _BLOCK] = rows @ small + self.base_mean.float()
        return made


def rotation(moments: Moments) -> tuple[torch.Tensor, torch.Tensor, float]:
    """The map of least error between the centred anchors among those that only turn.

    Returns:
        `left` (d, q) and `right` (h, q) with orthonormal columns, q = min(d, h), in float64: a row x becomes
        ``x @ left @ right.T``; and the factor that fits best with it.
    """
    import torch

    most = min(len(moments.donor), len(moments.base))
    donor_axes = torch.linalg.eigh(moments.donor).eigenvectors[:, -most:]
    base_axes = torch.linalg.eigh(moments.base).eigenvectors[:, -most:]
    u, s, vh = torch.linalg.svd(donor_axes.T @ moments.across @ base_axes)
    size = float((donor_axes.T @ moments.donor @ donor_axes).trace())
    return donor_axes @ u, base_axes @ vh.T, float(s.sum()) / size if size else 1.0
