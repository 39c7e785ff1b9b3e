"""A model's matrices, checked row by row; nothing else is read. Large ones stay in their files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from core.errors import UserError
from core.jobs.context import Context
from core.models.folder import ModelFolder
from core.models.headers import TensorEntry
from core.models.tensors import map_tensor, row_blocks, safetensors_dtype, torch_dtype
from core.tokenizers.vocabulary import Vocabulary
from core.transplant.sizes import HELD

_BLOCK = 16 * 2**20


@dataclass(frozen=True)
class Table:
    """`rows` (R, h) in the number type that they are stored in, not to be written to; `zeros` are the ids of
    rows of zeros."""

    name: str
    rows: torch.Tensor
    zeros: list[int]


def read_table(model: ModelFolder, name: str, vocabulary: Vocabulary, ctx: Context, field: str) -> Table:
    """The matrix `name` of `model`: looked at once from end to end, and kept in memory if it is small.

    Raises:
        UserError: a row holds NaN or infinity, or all rows are zero.
    """
    entry = model.tensors[name]
    mapped = entry.bytes > HELD
    rows = map_tensor(entry) if mapped else torch.empty(entry.shape, dtype=torch_dtype(entry))
    zeros: list[int] = []
    for first, block in row_blocks(model, name):
        ctx.progress(first, len(rows), "Reading the embeddings")
        numbers = block.reshape(len(block), -1).float()
        broken = (~numbers.isfinite().all(dim=1)).nonzero()[:, 0]
        if len(broken):
            id = first + int(broken[0])
            raise UserError(
                f"{entry.file} is damaged: row {id:,} of {name}{_named(vocabulary, id)} holds what is no "
                "number (NaN or infinity). Use an intact copy of the model.",
                field=field,
            )
        zeros += (first + (numbers == 0).all(dim=1).nonzero()[:, 0]).tolist()
        if not mapped:
            rows[first : first + len(block)] = block
    if len(zeros) == len(rows):
        raise UserError(
            f"{entry.file} is damaged: all rows of {name} are zero. Use an intact copy of the model.",
            field=field,
        )
    return Table(name, rows, zeros)


def _named(vocabulary: Vocabulary, id: int) -> str:
    token = vocabulary.entries[id] if id < vocabulary.size else None
    return f" (the token {token.content!r})" if token else ""


def reordered(table: torch.Tensor, ids: torch.Tensor, place: Path, ctx: Context) -> torch.Tensor:
    """(n, h): the rows `ids` (n,) of `table`, zeros where an id is -1. If large, in the file `place`.

    Raises:
        OSError: `place` cannot be written.
    """
    size = len(ids) * table.shape[1] * table.dtype.itemsize
    some = max(1, _BLOCK // (table.dtype.itemsize * table.shape[1]))

    def blocks() -> Iterator[torch.Tensor]:
        for first, part in enumerate(ids.split(some)):
            ctx.progress(first * some, len(ids), "Ordering the donor's rows")
            yield torch.where(
                part[:, None] >= 0, table[part.clamp_min(0)], torch.zeros((), dtype=table.dtype)
            )

    if size <= HELD:
        return torch.cat(list(blocks()))
    with place.open("wb") as file:
        for block in blocks():
            file.write(block.view(torch.uint8).numpy())
    entry = TensorEntry(place, safetensors_dtype(table.dtype), (len(ids), table.shape[1]), 0, size)
    return map_tensor(entry)


def lengths(table: torch.Tensor, ids: torch.Tensor | None = None, ctx: Context | None = None) -> torch.Tensor:
    """(n,) float32: the lengths of the rows `ids` of `table`, or of all; a block at a time.

    Args:
        table: (R, h), of any number type.
    """
    if ids is None:
        ids = torch.arange(len(table))
    found = torch.empty(len(ids))  # written to in place: many small results would hold the heap apart
    some = max(1, _BLOCK // (4 * max(1, table.shape[1])))
    for first in range(0, len(ids), some):
        if ctx is not None:
            ctx.progress(first, len(ids), "Measuring rows")
        block = table[ids[first : first + some]].float()
        found[first : first + some] = torch.linalg.vector_norm(block, dim=1)
    return found
