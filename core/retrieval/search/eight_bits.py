"""Vectors in 8 bits, and by how much their products can be wrong.

With q̂ and d̂ what is left of a query and a document, q·d = q̂·d̂ + q·(d - d̂) + (q - q̂)·d̂, so that by the
Cauchy-Schwarz inequality q·d <= q̂·d̂ + |q| |d - d̂| + |q - q̂| |d̂|. The product q̂·d̂ is one of integers, without
any error.
"""

from __future__ import annotations

import time
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

_ROUNDING = 1e-6
"""More than what float32 loses where lengths are measured, as a share of them."""


class Coded(NamedTuple):
    """Vectors are about `codes * steps`: (n, d) int8, and (n,) or (1,) float64; `lost` (n,) float64 is at
    least the length of the difference."""

    codes: torch.Tensor
    steps: NDArray[np.float64]
    lost: NDArray[np.float64]


def coded(rows: torch.Tensor, *, each: bool) -> Coded:
    """(n, d) float32 in steps of their largest number / 127: of each row, or of all together."""
    lowest, highest = rows.aminmax(dim=1, keepdim=True) if each else rows.aminmax()
    steps = torch.maximum(-lowest, highest).clamp_(min=1e-30).view(-1, 1) / 127
    codes = (rows / steps).round_()
    lost = torch.addcmul(rows, codes, steps, value=-1).square_().sum(dim=1).sqrt_().double().numpy()
    lengths = steps[:, 0].double().numpy() * 127 * np.sqrt(rows.shape[1])
    return Coded(codes.to(torch.int8), steps[:, 0].double().numpy(), lost + _ROUNDING * lengths)


def least_products(
    queries: Coded, lengths: NDArray[np.float64], documents: Coded, longest: float, least: NDArray[np.float64]
) -> torch.Tensor:
    """(q,) int32: documents whose product of codes is not above this score less than `least` (q,).

    Args:
        lengths: (q,) of the queries; longest: of the documents, at least.
    """
    lost = float(documents.lost.max(initial=0.0))
    error = lengths * lost + queries.lost * (longest + lost) + _ROUNDING * lengths * longest
    products = np.floor((least - error) / (queries.steps * documents.steps)) - 1
    return torch.from_numpy(np.clip(products, -(2**31), 2**31 - 1).astype(np.int32))


def products(queries: Coded, documents: Coded, room: torch.Tensor) -> torch.Tensor:
    """(b, q) int32, written into `room`."""
    out = room[: len(documents.codes) * len(queries.codes)].view(len(documents.codes), -1)
    return torch._int_mm(documents.codes, queries.codes.T, out=out)


@cache
def is_faster() -> bool:
    """Tried out: processors with instructions for 8 bits are, others are slower, or cut sums off."""
    codes = torch.full((1024, 384), 127, dtype=torch.int8)
    codes[::2] = -127
    if not torch.equal(torch._int_mm(codes, codes[:512].T).long(), codes.long() @ codes[:512].T.long()):
        return False
    floats = codes.float()
    taken = {torch.float32: 1e9, torch.int8: 1e9}
    for _ in range(5):
        for rows, multiply in ((floats, torch.mm), (codes, torch._int_mm)):
            began = time.process_time()  # not what others on this machine take
            multiply(rows, rows[:512].T)
            taken[rows.dtype] = min(taken[rows.dtype], time.process_time() - began)
    return 0.6 * taken[torch.float32] > taken[torch.int8]
