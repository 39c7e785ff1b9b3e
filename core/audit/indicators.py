"""How little a token's embedding has been trained, read from a model's matrix in blocks of rows.

Land and Bartolo, "Fishing for Magikarp" (arXiv 2405.05417), section 3.2. Smaller is more suspicious.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.audit.reference import Reference
from core.jobs.context import Context
from core.models.folder import ModelFolder
from core.models.tensors import row_blocks

_BLOCK_BYTES = 8 * 2**20
_FEWEST = 2
"""Rows that a reference set needs."""
_SMALLEST = 0.01
"""Share of the rows that stand in for one, those of the smallest norm."""

_LENGTH = "Length of the rows of the input embedding."
_DISTANCE = (
    "Cosine distance of the rows of the output matrix, which is the input embedding too, from the reference "
    "set's mean row, the mean of all rows taken off before."
)


@dataclass(frozen=True)
class Indicators:
    """`values` (rows,) and what they are; `reference`: the rows that they are held against."""

    values: NDArray[np.float64]
    words: str
    reference: Reference
    mean: torch.Tensor
    """(width,) float64, of all rows."""


def indicators(folder: ModelFolder, reference: Reference, ctx: Context) -> Indicators:
    """Of every row of a model: of the input embedding where it is a matrix of its own, else of the output.

    Raises:
        UserError: the weights cannot be read.
    """
    rows = folder.vocab_size
    norms = np.zeros(rows)
    total = torch.zeros(folder.hidden_size, dtype=torch.float64)
    for first, block in _blocks(folder, ctx, "Reading the embeddings"):
        norms[first : first + len(block)] = block.norm(dim=1).numpy()
        total += block.sum(0)
    mean = total / rows
    if len(reference.rows) < _FEWEST:
        count = max(_FEWEST, round(rows * _SMALLEST))
        smallest = np.argsort(norms, kind="stable")[:count]
        reference = Reference(
            tuple(sorted(smallest.tolist())),
            f"the {count:,} rows of the smallest norm, since no token is known to be unused",
        )
    if not folder.tied:
        return Indicators(norms, _LENGTH, reference, mean)
    return Indicators(_distances(folder, reference, mean, ctx), _DISTANCE, reference, mean)


def neighbours(
    folder: ModelFolder,
    rows: Sequence[int],
    mean: torch.Tensor,
    count: int,
    wanted: Callable[[int], bool],
    ctx: Context,
) -> list[list[int]]:
    """For each of some rows, the `count` rows of the most similar direction, the mean of all taken off.

    Args:
        wanted: whether a row may be one of them.
    """
    shown = torch.cat([block for _, block in _picked(folder, rows, ctx)]) - mean
    shown = torch.nn.functional.normalize(shown)
    best = torch.full((len(rows), count), -2.0, dtype=torch.float64)
    who = torch.full((len(rows), count), -1)
    own = torch.tensor(list(rows))
    for first, block in _blocks(folder, ctx, "Looking for neighbours"):
        ids = torch.arange(first, first + len(block))
        likeness = shown @ torch.nn.functional.normalize(block - mean).T
        likeness[own[:, None] == ids[None, :]] = -2.0
        likeness[:, [not wanted(id) for id in ids.tolist()]] = -2.0
        together = torch.cat([best, likeness], dim=1)
        best, at = together.topk(count, dim=1)
        who = torch.cat([who, ids.expand(len(rows), -1)], dim=1).gather(1, at)
    return [
        [id for id, like in zip(some, likes, strict=True) if like > -2.0]
        for some, likes in zip(who.tolist(), best.tolist(), strict=True)
    ]


def _distances(
    folder: ModelFolder, reference: Reference, mean: torch.Tensor, ctx: Context
) -> NDArray[np.float64]:
    known = torch.zeros(folder.hidden_size, dtype=torch.float64)
    for _, block in _picked(folder, reference.rows, ctx):
        known += (block - mean).sum(0)
    direction = torch.nn.functional.normalize(known, dim=0)
    values = np.zeros(folder.vocab_size)
    for first, block in _blocks(folder, ctx, "Comparing the embeddings"):
        likeness = torch.nn.functional.normalize(block - mean) @ direction
        values[first : first + len(block)] = (1 - likeness).clamp(min=0).numpy()
    return values


def _picked(folder: ModelFolder, rows: Sequence[int], ctx: Context) -> Iterator[tuple[int, torch.Tensor]]:
    """Some rows in the order of `rows`, which ascends or not; read block by block."""
    order = sorted(range(len(rows)), key=lambda number: rows[number])
    picked: dict[int, torch.Tensor] = {}
    at = 0
    for first, block in _blocks(folder, ctx, "Reading the embeddings"):
        while at < len(order) and rows[order[at]] < first + len(block):
            picked[order[at]] = block[rows[order[at]] - first : rows[order[at]] - first + 1].clone()
            at += 1
    for number in range(len(rows)):
        yield rows[number], picked[number]


def _blocks(folder: ModelFolder, ctx: Context, stage: str) -> Iterator[tuple[int, torch.Tensor]]:
    """The matrix in float64, some rows at a time."""
    name = folder.input_embedding
    for first, block in row_blocks(folder, name, block_bytes=_BLOCK_BYTES):
        ctx.progress(first, folder.vocab_size, stage)
        yield first, block.double()
