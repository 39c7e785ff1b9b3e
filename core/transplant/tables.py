"""A model's matrices, read whole and checked row by row; nothing else of the model is read."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from core.errors import UserError
from core.jobs.context import Context
from core.models.folder import ModelFolder
from core.models.tensors import row_blocks, torch_dtype
from core.tokenizers.vocabulary import Vocabulary


@dataclass(frozen=True)
class Table:
    """`rows` (R, h) in the number type that they are stored in; `zeros` are the ids of rows of zeros."""

    name: str
    rows: torch.Tensor
    zeros: list[int]


def read_table(model: ModelFolder, name: str, vocabulary: Vocabulary, ctx: Context, field: str) -> Table:
    """Read the matrix `name` of `model`.

    Raises:
        UserError: a row holds NaN or infinity, or all rows are zero.
    """
    entry = model.tensors[name]
    rows = torch.empty(entry.shape, dtype=torch_dtype(entry))
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
