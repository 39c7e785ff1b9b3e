"""Which of the tokens that two vocabularies share can serve as anchors, judged by their rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from core.transplant.rows import Anchors
from core.transplant.tables import lengths

FAINT = 1e-6
"""Share of the median length below which a row holds nothing."""
SAME = 1 - 1e-6
"""Cosine above which two rows are one."""
_BLOCK = 1024


@dataclass(frozen=True)
class AnchorCounts:
    """How many shared tokens there were, and how many each rule left out."""

    shared: int
    out_of_range: int
    faint: int
    duplicates: int

    @property
    def kept(self) -> int:
        return self.shared - self.out_of_range - self.faint - self.duplicates


def usable_anchors(shared: Anchors, base: torch.Tensor, donor: torch.Tensor) -> tuple[Anchors, AnchorCounts]:
    """The anchors whose rows say something: within both tables, longer than 1e-6 of the median, and no two of
    the donor's pointing the same way (cosine above 1 - 1e-6; the lowest id stays).

    Args:
        base, donor: (R_b, h) and (R_d, d), of any number type.
    """
    there = (shared.base < len(base)) & (shared.donor < len(donor))
    anchors = _some(shared, there)
    clear = ~_faint(lengths(base, anchors.base)) & ~_faint(lengths(donor, anchors.donor))
    clear_anchors = _some(anchors, clear)
    repeated = near_duplicates(donor, clear_anchors.donor)
    counts = AnchorCounts(
        shared=len(shared),
        out_of_range=int((~there).sum()),
        faint=int((~clear).sum()),
        duplicates=int(repeated.sum()),
    )
    return _some(clear_anchors, ~repeated), counts


def near_duplicates(table: torch.Tensor, ids: torch.Tensor | None = None) -> torch.Tensor:
    """(n,) bool: whether one of the rows `ids` (n,) of `table`, or of all, has a cosine above `SAME` with an
    earlier one.

    Such rows, made length 1, are nearer than √(2e-6) to each other, and so are their projections on any line:
    it is enough to compare each with its neighbours in the order along one line. A few blocks of rows are
    held at once.

    Args:
        table: (R, d), of any number type; none of the rows of length zero.
    """
    if ids is None:
        ids = torch.arange(len(table))
    found = torch.zeros(len(ids), dtype=torch.bool)
    if len(ids) < 2:
        return found

    def unit(places: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.normalize(table[ids[places]].float(), dim=1)

    line = torch.randn(table.shape[1], generator=torch.Generator().manual_seed(0))
    line /= line.norm()
    along = torch.empty(len(ids))
    for some in torch.arange(len(ids)).split(_BLOCK):
        along[some] = unit(some) @ line
    along, order = along.sort()
    reach = 1.1 * math.sqrt(2 * (1 - SAME))
    for first in range(0, len(ids), _BLOCK):
        last = min(first + _BLOCK, len(ids))
        end = int(torch.searchsorted(along, along[last - 1] + reach, right=True))
        some = unit(order[first:last])
        for other in range(first, end, _BLOCK):
            ahead = slice(other, min(other + _BLOCK, end))
            one, two = (some @ unit(order[ahead]).T > SAME).nonzero(as_tuple=True)
            places = torch.stack([order[first:last][one], order[ahead][two]])
            places = places[:, places[0] != places[1]]
            found[places.amax(dim=0)] = True
    return found


def _faint(lengths: torch.Tensor) -> torch.Tensor:
    if not len(lengths):
        return torch.zeros(0, dtype=torch.bool)
    return (lengths == 0) | (lengths < FAINT * lengths.median())


def _some(anchors: Anchors, mask: torch.Tensor) -> Anchors:
    return Anchors(anchors.base[mask], anchors.donor[mask])
