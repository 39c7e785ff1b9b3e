"""Convex-hull barycentric: the mixture of the nearest anchors, none negative and their sum one, that comes
nearest to the token. Its logit is then never above the largest of those it is mixed from (arXiv 2407.05841).

Exact, by P. Wolfe's way to the point of a polytope nearest to a given one, all targets of a chunk together.
With y = Σ w (a - x), a step lets in the anchor that lies farthest on the target's side, goes to the nearest
point of the flat through all that are in, or, if that lies outside their hull, as far as the hull goes, where
an anchor drops out. It ends where no anchor lies on the target's side of y.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from core.jobs.context import Context
    from core.transplant.neighbours import Neighbours
    from core.transplant.rows import Rows, Task

_ENOUGH = 1e-10
"""How much nearer an anchor must promise to come, as a share of the largest square of a distance."""
_STEPS = 20
"""Per anchor, at most; what is reached then is a mixture still."""


@method
class ConvexHull(Method):
    title = "Convex-hull barycentric"
    source = "arXiv 2407.05841, section 3 (why in the hull); P. Wolfe, Math. Programming 11 (1976) (how)"
    sentence = "Each new token as the nearest point among the mixtures of the anchors around it."
    needs_donor = True

    name: Literal["convex-hull"] = "convex-hull"
    k: int = Field(
        default=32,
        ge=1,
        le=256,
        title="Neighbours, k",
        description="Among how many nearest anchors; most of them will have no part.",
    )
    metric: Literal["euclidean", "cosine"] = Field(
        default="euclidean", title="Nearest by", description="Distance, or direction alone."
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.neighbours import mixtures

        self.check(len(task.anchors))

        def weigh(found: Neighbours) -> torch.Tensor:
            return nearest_mixture(found.points - found.targets[:, None], ctx.check)

        return mixtures(task, self.k, self.metric, weigh, ctx)

    def check(self, anchors: int) -> None:
        if not anchors:
            raise UserError(
                "A convex hull needs anchors, but the two vocabularies share no token that can serve; choose "
                "another method.",
                field="method",
            )

    def operations(self, targets: int, anchors: int, width: int) -> float:
        return 2.0 * targets * (width * (anchors + self.k**2) + 4.0 * self.k**3)


def nearest_mixture(points: torch.Tensor, check: Callable[[], None] = lambda: None) -> torch.Tensor:
    """(B, k) float64: the weights of the point nearest to the origin in the hull of each row of `points`.

    Args:
        points: (B, k, d) float64, the nearest to the origin first.
        check: called now and then; may raise.
    """
    import torch

    gram = points @ points.mT
    count, k = gram.shape[:2]
    weights = torch.zeros(count, k, dtype=gram.dtype)
    weights[:, 0] = 1
    state = _Hulls(gram)
    for _ in range(_STEPS * k + 1):
        check()
        state.step()
        weights[state.rows] = state.weights
        if not state.go_on():
            break
    return weights


class _Hulls:
    """Hulls that are worked still: `rows`, and of those `weights` (A, k), `inside` (A, k): what is in, and
    `settled` (A,): whether `weights` is the nearest point of the flat."""

    def __init__(self, gram: torch.Tensor) -> None:
        import torch

        count, k = gram.shape[:2]
        self.rows = torch.arange(count)
        self._gram = gram
        self.weights = torch.zeros(count, k, dtype=gram.dtype)
        self.weights[:, 0] = 1
        self._inside = self.weights > 0
        self._settled = torch.ones(count, dtype=torch.bool)
        self._done = torch.zeros(count, dtype=torch.bool)

    def step(self) -> None:
        """Let an anchor in where the flat's nearest point is reached, then go to that of the new flat."""
        import torch

        products = (self._gram @ self.weights[:, :, None])[:, :, 0]
        here = (products * self.weights).sum(dim=1)
        least, entering = torch.where(self._inside, torch.inf, products).min(dim=1)
        largest = self._gram.diagonal(dim1=1, dim2=2).amax(dim=1)
        self._done = self._settled & (least >= here - _ENOUGH * largest)
        enters = (self._settled & ~self._done).nonzero()[:, 0]
        self._inside[enters, entering[enters]] = True
        sought = self._flat()
        leaves = self._inside & (sought <= 0)
        outside = leaves.any(dim=1)
        shares = torch.where(leaves, self.weights / (self.weights - sought).clamp_min(1e-300), torch.inf)
        share, first = shares.min(dim=1)
        towards = self.weights + share.clamp_max(1)[:, None] * (sought - self.weights)
        moved = torch.where(outside[:, None], towards, sought)
        drops = outside & ~self._done
        self._inside[drops, first[drops]] = False
        moved = torch.where(self._inside, moved, 0).clamp_min(0)
        moved /= moved.sum(dim=1, keepdim=True)
        self.weights = torch.where(self._done[:, None], self.weights, moved)
        self._settled = ~outside

    def go_on(self) -> bool:
        """Whether any is not done; those that are leave."""
        left = ~self._done
        if not bool(left.all()):
            self.rows, self._gram, self.weights = self.rows[left], self._gram[left], self.weights[left]
            self._inside, self._settled = self._inside[left], self._settled[left]
        return len(self.rows) > 0

    def _flat(self) -> torch.Tensor:
        """(A, k): the weights, of sum one, of the point nearest to the origin in the flat through what is in.

        They solve (G + c·11ᵀ) u = 1 but for a factor; the sum that c adds makes it solvable where the origin
        lies in the flat itself.
        """
        import torch

        both = self._inside[:, :, None] & self._inside[:, None]
        scale = self._gram.diagonal(dim1=1, dim2=2).amax(dim=1)[:, None, None].clamp_min(1e-300)
        system = torch.where(both, self._gram / scale + 1, 0)
        system += torch.diag_embed(torch.where(self._inside, 1e-13, 1.0))
        factor, _ = torch.linalg.cholesky_ex(system)
        solved = torch.cholesky_solve(self._inside[:, :, None].to(system.dtype), factor)[:, :, 0]
        return solved / solved.sum(dim=1, keepdim=True)
