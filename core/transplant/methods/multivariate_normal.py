"""Multivariate normal: new rows drawn from the Gaussian that fits the base's rows, with full covariance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task

_RIDGE = 1e-6
_DOUBLINGS = 60
_BLOCK = 4096
"""Rows whose products are summed at once."""


@method
class MultivariateNormal(Method):
    title = "Multivariate normal"
    source = "J. Hewitt, Initializing New Word Embeddings (2021); compared in arXiv 2407.05841"
    sentence = "Each new token drawn at random around the mean, with the covariance of the base's tokens."
    random = True
    dense = True

    name: Literal["multivariate-normal"] = "multivariate-normal"
    scale: float = Field(
        default=1.0,
        ge=0,
        le=100,
        title="Covariance scale",
        description="What the covariance is multiplied with: 1 spreads new tokens as the old ones are, 1e-5 "
        "leaves them next to the mean.",
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.methods.random_normal import drawn
        from core.transplant.rows import Rows

        def factor() -> tuple[torch.Tensor, torch.Tensor]:
            return gaussian(task.table, task.used, ctx)

        mean, lower = task.shared.once(("multivariate-normal", task.matrix), factor)
        return Rows.given(mean + self.scale**0.5 * (drawn(task, ctx) @ lower.T))


def gaussian(table: torch.Tensor, ids: torch.Tensor, ctx: Context) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean (h,) and a Cholesky factor (h, h) of the population covariance of the rows `ids`, float32.

    Summed in float64. A covariance that is not positive definite (fewer rows than dimensions) gets 1e-6 of
    its mean variance on the diagonal, doubled until it is.
    """
    import torch

    from core.transplant.rows import mean_row

    mean = mean_row(table, ids).double()
    width = table.shape[1]
    total = torch.zeros(width, width, dtype=torch.float64)
    for first in range(0, len(ids), _BLOCK):
        ctx.progress(first, len(ids), "Covariance of the base's tokens")
        centred = table[ids[first : first + _BLOCK]].double() - mean
        total.addmm_(centred.T, centred)
    total /= max(1, len(ids))
    more = _RIDGE * max(float(total.trace()) / width, 1e-30)
    for _ in range(_DOUBLINGS):
        lower, wrong = torch.linalg.cholesky_ex(total)
        if not int(wrong):
            break
        total.diagonal().add_(more)
        more *= 2
    return mean.float(), lower.float()
