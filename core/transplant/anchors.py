"""Which of the tokens that two vocabularies share can serve as anchors, judged by their rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from core.transplant.rows import Anchors

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
    clear = ~_faint(base[anchors.base].float()) & ~_faint(donor[anchors.donor].float())
    clear_anchors = _some(anchors, clear)
    repeated = near_duplicates(donor[clear_anchors.donor].float())
    counts = AnchorCounts(
        shared=len(shared),
        out_of_range=int((~there).sum()),
        faint=int((~clear).sum()),
        duplicates=int(repeated.sum()),
    )
    return _some(clear_anchors, ~repeated), counts


def near_duplicates(rows: torch.Tensor) -> torch.Tensor:
    """(n,) bool: whether a row of lower index has a cosine above `SAME` with it.

    Such rows, made length 1, are nearer than √(2e-6) to each other, and so are their projections on any line:
    it is enough to compare each with its neighbours in the order along one line.

    Args:
        rows: (n, d) float32, none of length zero.
    """
    found = torch.zeros(len(rows), dtype=torch.bool)
    if len(rows) < 2:
        return found
    unit = torch.nn.functional.normalize(rows, dim=1)
    line = torch.randn(rows.shape[1], generator=torch.Generator().manual_seed(0))
    along, order = (unit @ (line / line.norm())).sort()
    reach = 1.1 * math.sqrt(2 * (1 - SAME))
    for first in range(0, len(rows), _BLOCK):
        last = min(first + _BLOCK, len(rows))
        end = int(torch.searchsorted(along, along[last - 1] + reach, right=True))
        for other in range(first, end, _BLOCK):
            ahead = slice(other, min(other + _BLOCK, end))
            near = unit[order[first:last]] @ unit[order[ahead]].T > SAME
            one, two = near.nonzero(as_tuple=True)
            ids = torch.stack([order[first:last][one], order[ahead][two]])
            ids = ids[:, ids[0] != ids[1]]
            found[ids.amax(dim=0)] = True
    return found


def _faint(rows: torch.Tensor) -> torch.Tensor:
    lengths = torch.linalg.vector_norm(rows, dim=1)
    if not len(lengths):
        return torch.zeros(0, dtype=torch.bool)
    return (lengths == 0) | (lengths < FAINT * lengths.median())


def _some(anchors: Anchors, mask: torch.Tensor) -> Anchors:
    return Anchors(anchors.base[mask], anchors.donor[mask])
