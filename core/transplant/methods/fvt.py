"""FVT, fast vocabulary transfer: a new token as the mean of its pieces in the old tokenizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task


@method
class Fvt(Method):
    title = "FVT, fast vocabulary transfer"
    source = "arXiv 2402.09977; ReTok, arXiv 2410.04335, does the same"
    sentence = "Each new token as the mean of the pieces that the base's tokenizer makes of it."

    name: Literal["fvt"] = "fvt"

    def rows(self, task: Task, ctx: Context) -> Rows:
        return of_pieces(task, lambda ids: [1 / len(ids)] * len(ids), ctx)


def of_pieces(task: Task, weigh: Callable[[Sequence[int]], Sequence[float]], ctx: Context) -> Rows:
    """Each target as a sum of its pieces in the base's tokenizer; not made where there are none.

    Args:
        weigh: the weights of a token's pieces, by their ids in their order.
    """
    import torch

    from core.transplant.rows import Rows

    pieces = []
    for done, text in enumerate(task.target_bytes):
        if done % 256 == 0:
            ctx.progress(done, len(task), "Cutting tokens into pieces")
        pieces.append(task.pieces(text))
    most = max(map(len, pieces), default=0)
    indices = torch.full((len(task), max(1, most)), -1, dtype=torch.int32)
    weights = torch.zeros(indices.shape)
    for row, ids in enumerate(pieces):
        if ids:
            indices[row, : len(ids)] = torch.tensor(ids, dtype=torch.int32)
            weights[row, : len(ids)] = torch.tensor(weigh(ids))
    return Rows.combined(indices, weights)
