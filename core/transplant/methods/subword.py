"""Compositions of subwords: a new token as a weighted sum of its pieces in the base's tokenizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.transplant.methods.fvt import of_pieces
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.jobs.context import Context
    from core.transplant.rows import Matrix, Rows, Task

Weights = Literal["mean", "length", "sum", "position", "first-last"]


@method
class Subword(Method):
    title = "Subword composition"
    source = "FVT, arXiv 2402.09977, and its weighted form; position and first-last: mergekit's tokensurgeon"
    sentence = "Each new token as a weighted sum of the pieces that the base's tokenizer makes of it."
    apart = True

    name: Literal["subword"] = "subword"
    weights: Weights = Field(
        default="position",
        title="Weights",
        description="Mean: all alike (FVT). Length: by their bytes. Sum: 1 each, so that long tokens get "
        "long rows. Position: in the input the last piece weighs most, in the head the first. First-last: "
        "the last piece alone in the input, the first alone in the head.",
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        return of_pieces(task, lambda ids: self._weights(ids, task), ctx)

    def _weights(self, ids: Sequence[int], task: Task) -> list[float]:
        lengths = None
        if self.weights == "length":
            assert task.inputs is not None
            entries = task.inputs.base_tokenizer.vocabulary.entries
            lengths = [len(entries[id].bytes) for id in ids]  # type: ignore[union-attr]
        return piece_weights(self.weights, len(ids), task.matrix, lengths)


def piece_weights(
    weights: Weights, count: int, matrix: Matrix, lengths: Sequence[int] | None = None
) -> list[float]:
    """The weight of each of `count` pieces of a token, in their order.

    In the input the last piece is what the next token is foretold from, in the head the first is what is
    foretold: so the weights by position rise in the one and fall in the other.

    Args:
        lengths: in bytes, for ``length``.
    """
    if weights == "mean":
        return [1 / count] * count
    if weights == "sum":
        return [1.0] * count
    if weights == "length":
        assert lengths is not None
        size = sum(lengths)
        return [length / size for length in lengths] if size else [1 / count] * count
    if weights == "position":
        total = count * (count + 1) / 2
        rising = [(place + 1) / total for place in range(count)]
        return rising if matrix == "input" else rising[::-1]
    last = [0.0] * (count - 1) + [1.0]
    return last if matrix == "input" else last[::-1]
