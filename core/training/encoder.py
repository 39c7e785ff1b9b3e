"""A tokenizer as a training uses it: texts as ids, begun and ended as the model will know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core.jobs.context import Context
from core.tokenizers.open import Tokenizer

_AT_ONCE = 2**16
"""Ids gathered in one tensor."""


@dataclass(frozen=True)
class TextEncoder:
    tokenizer: Tokenizer

    @property
    def size(self) -> int:
        """Rows that a model needs: one more than the highest id."""
        return self.tokenizer.vocabulary.size

    @property
    def bos(self) -> int | None:
        return self.tokenizer.vocabulary.role("bos")

    @property
    def eos(self) -> int | None:
        return self.tokenizer.vocabulary.role("eos")

    @property
    def prefix(self) -> int | None:
        """What stands before a text as context: bos, or else the eos that ended the text before."""
        return self.eos if self.bos is None else self.bos

    def documents(self, passages: Sequence[str], ctx: Context) -> torch.Tensor:
        """(n,) int64: all passages in a row, each after bos and, where that is another token, before eos."""
        before = [] if self.prefix is None else [self.prefix]
        after = [] if self.eos is None or self.eos == self.prefix else [self.eos]
        parts: list[torch.Tensor] = []
        ids: list[int] = []
        for number, passage in enumerate(passages):
            ctx.progress(number, len(passages), "Encoding the text")
            ids += [*before, *self.tokenizer.encode(passage).ids, *after]
            if len(ids) >= _AT_ONCE:
                parts.append(torch.tensor(ids, dtype=torch.long))
                ids = []
        return torch.cat([*parts, torch.tensor(ids, dtype=torch.long)])
