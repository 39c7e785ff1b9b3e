"""What a method is given (`Task`) and what it gives (`Rows`): combinations of base rows, or rows as such."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import torch

from core.jobs.context import Context

if TYPE_CHECKING:
    from core.tokenizers.canonical import Token
    from core.transplant.inputs import Inputs

_T = TypeVar("_T")

Matrix = Literal["input", "head"]

_BLOCK = 64 * 2**20
"""Bytes of rows that are worked on between two looks at whether someone pressed stop."""
_GATHERED = 16 * 2**20
"""Bytes that are gathered at once."""


@dataclass(frozen=True)
class Anchors:
    """The n tokens that both vocabularies share: their ids in the base and in the donor, each (n,) int64, the
    donor's ascending."""

    base: torch.Tensor
    donor: torch.Tensor

    def __len__(self) -> int:
        return len(self.base)


@dataclass(frozen=True)
class Rows:
    """New rows for m targets: a sparse combination of base rows each, or dense.

    Either `indices` (m, k) int32, base ids in the order chosen and -1 where unused, with `weights` (m, k)
    float32; or `dense` (m, h) float32. `residual` (m,) float32 is the share of the target's donor vector that
    is not explained, NaN where there is none. `made` (m,) bool is False where the method has no answer: those
    rows become the mean of the base's.
    """

    residual: torch.Tensor
    made: torch.Tensor
    indices: torch.Tensor | None = None
    weights: torch.Tensor | None = None
    dense: torch.Tensor | None = None

    @staticmethod
    def combined(
        indices: torch.Tensor,
        weights: torch.Tensor,
        *,
        residual: torch.Tensor | None = None,
        made: torch.Tensor | None = None,
    ) -> Rows:
        if residual is None:
            residual = torch.full((len(indices),), torch.nan)
        if made is None:
            made = (indices >= 0).any(dim=1)
        return Rows(residual, made, indices.to(torch.int32), weights.float())

    @staticmethod
    def given(dense: torch.Tensor) -> Rows:
        count = len(dense)
        return Rows(torch.full((count,), torch.nan), torch.ones(count, dtype=torch.bool), dense=dense)

    @staticmethod
    def joined(parts: Sequence[Rows]) -> Rows:
        """Sparse parts of equal k, one after the other."""
        indices = [part.indices for part in parts if part.indices is not None]
        weights = [part.weights for part in parts if part.weights is not None]
        return Rows(
            torch.cat([part.residual for part in parts]),
            torch.cat([part.made for part in parts]),
            torch.cat(indices),
            torch.cat(weights),
        )

    def __len__(self) -> int:
        return len(self.residual)


class Shared:
    """What is made once for all matrices and all methods of a run: vectors, alignments, similarities."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What `make` gave when it was first asked for under `key`.

        Args:
            key: begins with a name that no other file uses, and holds all that the thing depends on beside
                the run's models, tokenizers and corpus.
        """
        if key not in self._made:
            self._made[key] = make()
        found: _T = self._made[key]
        return found


@dataclass(frozen=True)
class Task:
    """One matrix whose rows are to be made.

    Args:
        matrix: the input embedding or the head; part of what random rows depend on.
        table: (R_b, h), the base's matrix on the CPU, in the number type that it is stored in.
        used: (R',) int64, base ids whose rows stand for tokens (neither padding nor unused).
        targets: (m,) int64, ids in the target vocabulary, in the order in which they are to be made.
        target_bytes: what each of them stands for.
        donor: (R_d, d), the donor's matrix likewise; None when the method needs none.
        anchors: as the donor's ids and the base's.
        pieces: cuts bytes into ids of the base's tokenizer; none where it cannot.
        seed: the run's.
        keep: ``keep(first, make)`` gives the rows from `first` on as `make` makes them, or as an interrupted
            run of the same request has left them.
        tokens: (m,) the targets as tokens of the target's vocabulary.
        inputs: the models and tokenizers, for a method that looks beyond the tables.
        corpus: files of text to learn from; a method that says `needs_corpus` has some.
        shared: what was made once for this run.
    """

    matrix: Matrix
    table: torch.Tensor
    used: torch.Tensor
    targets: torch.Tensor
    target_bytes: Sequence[bytes]
    donor: torch.Tensor | None
    anchors: Anchors
    pieces: Callable[[bytes], list[int]]
    seed: int = 0
    keep: Callable[[int, Callable[[], Rows]], Rows] = lambda first, make: make()
    tokens: Sequence[Token] = ()
    inputs: Inputs | None = None
    corpus: Sequence[Path] = ()
    shared: Shared = field(default_factory=Shared)

    def __len__(self) -> int:
        return len(self.targets)


def apply(rows: Rows, table: torch.Tensor, ctx: Context, stage: str = "Combining rows") -> torch.Tensor:
    """(m, h) float32: the rows' combinations of the rows of `table` (R_b, h). Zero where a row was not made.

    The one place where combinations become vectors, for the input embedding and the head alike.
    """
    if rows.dense is not None:
        return rows.dense
    assert rows.indices is not None
    assert rows.weights is not None
    count, k = rows.indices.shape
    made = torch.zeros(count, table.shape[1])
    block = max(1, _BLOCK // (4 * max(1, k) * table.shape[1]))
    for first in range(0, count, block):
        ctx.progress(first, count, stage)
        made[first : first + block] = combine(
            rows.indices[first : first + block], rows.weights[first : first + block], table
        )
    return made


def merged(places: torch.Tensor, one: Rows, other: Rows, table: torch.Tensor, ctx: Context) -> Rows:
    """`one` where `places` (m,) bool says so, and `other` elsewhere; dense where either is.

    Args:
        table: (R_b, h), to make combinations dense.
    """

    def together(first: torch.Tensor, second: torch.Tensor, nothing: float) -> torch.Tensor:
        widest = max(first.shape[1], second.shape[1]) if first.dim() > 1 else None
        shape = (len(places),) if widest is None else (len(places), widest)
        found = torch.full(shape, nothing, dtype=first.dtype)
        for mask, values in ((places, first), (~places, second)):
            if widest is None:
                found[mask] = values
            else:
                found[mask.nonzero()[:, 0], : values.shape[1]] = values
        return found

    residual = together(one.residual, other.residual, torch.nan)
    made = together(one.made, other.made, 0.0)
    if one.indices is None or other.indices is None:
        return Rows(residual, made, dense=together(apply(one, table, ctx), apply(other, table, ctx), 0.0))
    assert one.weights is not None
    assert other.weights is not None
    return Rows(
        residual, made, together(one.indices, other.indices, -1), together(one.weights, other.weights, 0.0)
    )


def combine(indices: torch.Tensor, weights: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """(m, h) float32: Σ weights (m, k) · rows of `table`; an index of -1 counts nothing.

    Rows that use about as many are made together, so that few are gathered in vain.
    """
    made = torch.zeros(len(indices), table.shape[1])
    used = indices >= 0
    widths = (used * torch.arange(1, indices.shape[1] + 1)).amax(dim=1)
    order = widths.argsort(stable=True)
    while len(order):
        widest = int(widths[order[-1]])  # the widest first
        places = order[-max(1, _GATHERED // (4 * max(1, widest) * table.shape[1])) :]
        order = order[: -len(places)]
        ids = indices[places, :widest].long()
        shares = torch.where(used[places, :widest], weights[places, :widest], 0.0)
        made[places] = (shares[:, None] @ table[ids.clamp_min(0)].float())[:, 0]
    return made


def mean_row(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """(h,) float32: the mean of the rows `ids` of `table`, summed in float64."""
    return _mean(table, ids).float()


def _mean(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    total = torch.zeros(table.shape[1], dtype=torch.float64)
    for some in ids.split(max(1, _GATHERED // (8 * table.shape[1]))):
        total += table[some].double().sum(dim=0)
    return total / max(1, len(ids))


def moments(table: torch.Tensor, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and population standard deviation of each dimension over the rows `ids`: twice (h,) float32.

    Summed in float64, in two passes, since a mean far from zero would swallow a small deviation.
    """
    mean = _mean(table, ids)
    squares = torch.zeros(table.shape[1], dtype=torch.float64)
    for some in ids.split(max(1, _GATHERED // (8 * table.shape[1]))):
        squares += (table[some].double() - mean).square().sum(dim=0)
    return mean.float(), (squares / max(1, len(ids))).sqrt().float()
