"""A matrix of the new vocabulary: rows copied, rows made by the method, the mean where neither can be.

It is made block by block when it is written or asked for, so that it need never be in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch

from core.errors import UserError
from core.transplant.rows import Rows, combine
from core.transplant.tables import lengths

_HALF_LARGEST = 65_504.0
_BLOCK = 16 * 2**20
"""Bytes of new rows at a time, in float32."""


@dataclass(frozen=True, eq=False)
class NewMatrix:
    """`padded` rows in the number type of `table` (R_b, h), the base's.

    Args:
        copied: (padded,) int64, the base row that each row is, bit for bit; -1 where it is made.
        targets: (m,) int64, the ids of the rows in `rows`, which may be absent when there are none.
        mean: (h,) float32, what a row is that is neither copied nor made.
        lonely: ids of special tokens without a counterpart; `special_mean` (h,) float32 is what they become.
        like_copied: made rows are scaled to the median length of those copied.
    """

    table: torch.Tensor
    copied: torch.Tensor
    targets: torch.Tensor
    rows: Rows | None
    mean: torch.Tensor
    lonely: torch.Tensor
    special_mean: torch.Tensor
    like_copied: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.copied), *self.table.shape[1:])

    @property
    def dtype(self) -> torch.dtype:
        return self.table.dtype

    def blocks(self) -> Iterator[torch.Tensor]:
        """The rows in order, some at a time.

        Raises:
            UserError: a new row holds what is no number, or one too large for the base's 16-bit floats.
        """
        some = max(1, _BLOCK // (4 * max(1, self.table.shape[1])))
        measured = torch.empty(len(self.copied))
        for first in range(0, len(self.copied), some):
            block = self._block(first, min(first + some, len(self.copied)))
            measured[first : first + some] = torch.linalg.vector_norm(block.float(), dim=1)
            yield block
        self.__dict__["lengths"] = measured  # as its cached property would keep them

    def whole(self) -> torch.Tensor:
        """(padded, h), in memory."""
        made = torch.empty(self.shape, dtype=self.dtype)
        first = 0
        for block in self.blocks():
            made[first : first + len(block)] = block
            first += len(block)
        return made

    @cached_property
    def lengths(self) -> torch.Tensor:
        """(padded,) float32: of all rows. At hand once they have been made; else they are made for it."""
        for _ in self.blocks():
            pass
        found: torch.Tensor = self.__dict__["lengths"]
        return found

    def _block(self, first: int, last: int) -> torch.Tensor:
        copied = self.copied[first:last]
        block = self._cast(self.mean).expand(last - first, -1).clone()
        lonely = self.lonely[(self.lonely >= first) & (self.lonely < last)] - first
        block[lonely] = self._cast(self.special_mean)
        there = copied >= 0
        block[there] = self.table[copied[there]]
        places = self._places[first:last]
        new = places >= 0
        if bool(new.any()):
            block[new] = self._cast(self._made(places[new]))
        return block

    @cached_property
    def _places(self) -> torch.Tensor:
        """(padded,) int64: where in `rows` each row is, -1 where it is not made."""
        places = torch.full((len(self.copied),), -1, dtype=torch.long)
        if self.rows is not None:
            places[self.targets] = torch.where(self.rows.made, torch.arange(len(self.rows)), -1)
        return places

    def _made(self, places: torch.Tensor) -> torch.Tensor:
        """(n, h) float32: the rows at `places` of the method's answer."""
        rows = self.rows
        assert rows is not None
        if rows.dense is not None:
            made = rows.dense[places].float()
        else:
            assert rows.indices is not None
            assert rows.weights is not None
            made = combine(rows.indices[places], rows.weights[places], self.table)
        if not bool(made.isfinite().all()):
            place = int(places[(~made.isfinite().all(dim=1)).nonzero()[0, 0]])
            raise UserError(
                f"The method made numbers that are none (NaN or infinity) for token "
                f"{int(self.targets[place])}; choose another method, or other parameters.",
                field="method",
            )
        if self.like_copied:
            norms = torch.linalg.vector_norm(made, dim=1, keepdim=True)
            made = torch.where(norms > 0, made * (self._usual_length / norms), made)
        return made

    @cached_property
    def _usual_length(self) -> float:
        copied = self.copied[self.copied >= 0].unique()
        return float(lengths(self.table, copied).median()) if len(copied) else 1.0

    def _cast(self, values: torch.Tensor) -> torch.Tensor:
        """To the nearest number that the matrix can hold."""
        if self.dtype is torch.float16 and bool((values.abs() > _HALF_LARGEST).any()):
            raise UserError(
                "A new row has numbers too large for 16-bit floats (float16), which the base stores. "
                "Save the base in float32 or bfloat16, or choose a smaller k.",
                field="base",
            )
        return values.to(self.dtype)
