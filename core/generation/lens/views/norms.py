"""How long the vectors of the residual stream are, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from core.generation.lens.views.view import View, view
from core.jobs.request import Table

if TYPE_CHECKING:
    from core.generation.lens.reading import Reading
    from core.jobs.context import Context


@view
class Norms(View):
    """Euclidean lengths after each layer, the embedding first. The first token of all is often far the
    longest: heads rest on it."""

    name: ClassVar[str] = "norms"
    compares: ClassVar[bool] = True

    median: list[float]
    largest: list[float]
    where: list[int]
    """The token that has the largest."""

    @classmethod
    def of(cls, reading: Reading, ctx: Context) -> Self:
        ctx.check()
        lengths = [layer.norm(dim=-1) for layer in reading.hidden]
        return cls(
            median=[float(layer.median()) for layer in lengths],
            largest=[float(layer.max()) for layer in lengths],
            where=[int(layer.argmax()) for layer in lengths],
        )

    def tables(self, tokens: Sequence[str]) -> list[Table]:
        rows = [
            [number, f"{median:.2f}", f"{largest:.2f}", tokens[where]]
            for number, (median, largest, where) in enumerate(
                zip(self.median, self.largest, self.where, strict=True)
            )
        ]
        return [Table(["layer", "median norm", "largest", "at the token"], rows)]
