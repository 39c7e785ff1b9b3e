"""Rows of merged tokens, made by a transplant method from the model's own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch

from core.jobs.context import Context
from core.models.folder import ModelFolder
from core.tokenizers.canonical import Kind, Token
from core.tokenizers.tokenizer import Tokenizer
from core.transplant.inputs import Inputs
from core.transplant.methods.method import Method
from core.transplant.rows import Anchors, Matrix, Shared, Task, apply, mean_row

_KEPT = 100_000
"""Rows that are kept, by the token's bytes."""


class MergedToken(NamedTuple):
    data: bytes
    pieces: list[int]
    """The model's tokens that it is merged from."""


class MadeRows:
    """Of one matrix: its own rows, and any merged token's.

    Args:
        table: (V, h), the matrix.
        scaled: whether rows are made as long as the matrix's own usually are.
    """

    def __init__(
        self,
        method: Method,
        matrix: Matrix,
        table: torch.Tensor,
        folder: ModelFolder,
        tokenizer: Tokenizer,
        *,
        scaled: bool,
        shared: Shared,
        seed: int,
    ) -> None:
        self._method = method
        self._kept: OrderedDict[bytes, torch.Tensor] = OrderedDict()
        used = [t.id for t in tokenizer.vocabulary if t.kind is not Kind.UNUSED and t.id < len(table)]
        self._table = table.float().cpu()
        self._used = torch.tensor(used)
        self._mean = mean_row(self._table, self._used)
        self._length = None
        if scaled:
            self._length = float(torch.linalg.vector_norm(self._table[self._used], dim=1).median())
        none = torch.empty(0, dtype=torch.int64)
        self._task = Task(
            matrix=matrix,
            table=self._table,
            used=self._used,
            targets=none,
            target_bytes=(),
            donor=None,
            anchors=Anchors(none, none),
            pieces=tokenizer.pieces,
            seed=seed,
            inputs=Inputs(folder, tokenizer, tokenizer, {"tokenizer.json": Path(tokenizer.path)}, None),
            shared=shared,
        )

    def make(self, tokens: Sequence[MergedToken], ctx: Context, *, first: int = 0) -> torch.Tensor:
        """(n, h) float32. Where the method has no answer, the mean of all rows.

        Args:
            first: the number of the first of them, which random rows depend on.
        """
        size = len(self._table)
        pieces = {token.data: token.pieces for token in tokens}
        task = replace(
            self._task,
            targets=torch.arange(size + first, size + first + len(tokens)),
            target_bytes=[token.data for token in tokens],
            tokens=[
                Token(size + first + at, token.data.decode("utf-8", errors="replace"), Kind.TEXT, token.data)
                for at, token in enumerate(tokens)
            ],
            pieces=lambda data: pieces.get(data) or self._task.pieces(data),
        )
        rows = self._method.rows(task, ctx)
        made = apply(rows, self._table, ctx).float()
        made = torch.where(rows.made[:, None], made, self._mean)
        if self._length is not None:
            norms = torch.linalg.vector_norm(made, dim=1, keepdim=True)
            made = torch.where(norms > 0, made * (self._length / norms), made)
        return made

    def of(self, token: MergedToken, ctx: Context) -> torch.Tensor:
        """(h,) float32 of one token, kept for the next time."""
        found = self._kept.get(token.data)
        if found is None:
            found = self._kept[token.data] = self.make([token], ctx)[0]
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(token.data)
        return found
