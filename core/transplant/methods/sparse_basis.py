"""Sparse token basis: mergekit's "stb", with what is centred kept centred.

The principal directions of the anchors in the narrower space are each written as a sum of k anchors. The same
sums of the same anchors are the directions of either space, and a token's coordinates in the donor's are its
coordinates in the base's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.transplant.pursuit import Dictionary, Pursuit
    from core.transplant.rows import Rows, Task

_BLOCK = 4096
"""Rows at a time."""


@method
class SparseBasis(Method):
    title = "Sparse token basis"
    source = "mergekit's tokensurgeon, stb (which fails in its release 0.1.5)"
    sentence = "Both spaces' main directions as sums of the same shared tokens; coordinates are kept."
    needs_donor = True
    dense = True

    name: Literal["sparse-basis"] = "sparse-basis"
    k: int = Field(
        default=16,
        ge=1,
        le=1024,
        title="Anchors per direction, k",
        description="How many anchors make up one direction.",
    )
    ridge: float = Field(
        default=1e-4,
        ge=0,
        le=1,
        title="Ridge",
        description="How strongly large coordinates are held back, as a share of the directions' mean "
        "square.",
        json_schema_extra={"advanced": True},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.rows import Rows

        assert task.donor is not None
        self.check(len(task.anchors))
        key = ("sparse-basis", task.matrix, self.k, len(task.anchors))
        basis = task.shared.once(key, partial(_Basis.of, task, self.k, ctx))
        gram = basis.donor @ basis.donor.T
        held = self.ridge * gram.trace() / len(gram)
        solved = torch.linalg.pinv(gram + held * torch.eye(len(gram), dtype=gram.dtype), hermitian=True)
        coordinates = basis.donor.T @ solved
        made = torch.empty(len(task), task.table.shape[1])
        residual = torch.empty(len(task))
        for first in range(0, len(task), _BLOCK):
            ctx.progress(first, len(task), "Mapping tokens")
            some = slice(first, first + _BLOCK)
            rows = task.donor[task.targets[some]].double() - basis.donor_mean
            found = rows @ coordinates
            made[some] = (found @ basis.base + basis.base_mean).float()
            left = torch.linalg.vector_norm(rows - found @ basis.donor, dim=1)
            residual[some] = (left / torch.linalg.vector_norm(rows, dim=1)).float()
        return Rows(residual, torch.ones(len(task), dtype=torch.bool), dense=made)

    def check(self, anchors: int) -> None:
        if anchors < self.k:
            raise UserError(
                f"A sparse basis with k = {self.k} needs at least {self.k} anchors, but the two vocabularies "
                f"share {anchors:,} that can serve; choose a smaller k.",
                field="method",
            )

    def operations(self, targets: int, anchors: int, width: int) -> float:
        return 2.0 * width * width * (anchors * (self.k + 2) + targets)


@dataclass(frozen=True)
class _Basis:
    """`donor` (q, d) and `base` (q, h), float64: q = min(d, h) directions, the same sums of the centred
    anchors of either side; and the anchors' means, (d,) and (h,)."""

    donor: torch.Tensor
    base: torch.Tensor
    donor_mean: torch.Tensor
    base_mean: torch.Tensor

    @staticmethod
    def of(task: Task, k: int, ctx: Context) -> _Basis:
        import torch

        from core.transplant.pursuit import Dictionary, chunk_rows, full_precision

        assert task.donor is not None
        with full_precision():
            donor = Dictionary(task.donor, task.anchors.donor, centre=True)
            base = Dictionary(task.table, task.anchors.base, centre=True)
            narrow = donor if donor.width < base.width else base
            directions = _principal(narrow, ctx).float()
            size = chunk_rows(k, narrow.width)
            made: dict[Dictionary, list[torch.Tensor]] = {donor: [], base: []}
            for first in range(0, len(directions), size):

                def step(done: float, first: int = first) -> None:
                    ctx.progress(first + done, len(directions), "Writing directions as sums of anchors")

                found = narrow.pursue(directions[first : first + size] + narrow.mean, k, step=step)
                for side, sums in made.items():
                    sums.append(_summed(side, found))
        return _Basis(torch.cat(made[donor]), torch.cat(made[base]), donor.mean.double(), base.mean.double())


def _principal(anchors: Dictionary, ctx: Context) -> torch.Tensor:
    """(q, q) float64: the directions in which the anchors vary, the one of most variance first."""
    import torch

    products = torch.zeros(anchors.width, anchors.width, dtype=torch.float64)
    for first, rows in anchors.tiles(_BLOCK):
        ctx.progress(first, len(anchors), "Finding the main directions")
        products.addmm_(rows.double().T, rows.double())
    return torch.linalg.eigh(products).eigenvectors.T.flip(0)


def _summed(anchors: Dictionary, found: Pursuit) -> torch.Tensor:
    """(m, d) float64: what a pursuit found, as sums of these anchors."""
    import torch

    pairs = zip(found.support.long(), found.weights.double(), strict=True)
    return torch.stack([w[s >= 0] @ anchors.rows(s[s >= 0]).double() for s, w in pairs])
