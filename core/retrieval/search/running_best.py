"""The best so far of each query."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray


class RunningBest:
    """The best so far of each query, with room for some that are not sorted in yet.

    Args:
        wanted: the k of the best k; kept: how many are held, more than that.
        margin: (q,) float32, how far below the k-th best a document is kept.
        start: (q,) float32, a score below which nothing is looked at.
    """

    def __init__(self, wanted: int, kept: int, margin: torch.Tensor, start: torch.Tensor) -> None:
        self._wanted, self._kept, self._margin = wanted, kept, margin
        size, device = (len(margin), 2 * kept + 256), margin.device
        self._values = torch.full(size, -torch.inf, device=device)
        self._places = torch.full(size, -1, dtype=torch.int64, device=device)
        self._filled = torch.zeros(len(margin), dtype=torch.int64, device=device)
        self.least = start
        """(q,) float32: what a document has to beat."""

    def take(self, rows: torch.Tensor, places: torch.Tensor, values: torch.Tensor) -> None:
        """Add documents: (p,) queries, in ascending order, places and scores, none twice."""
        good = (values > self.least[rows]).nonzero()[:, 0]
        rows, places, values = rows[good], places[good], values[good]
        rank, counts = self._ranks(rows)
        room = self._values.shape[1]
        if int((self._filled + counts).max()) > room:
            order = values.argsort(descending=True, stable=True)
            order = order[rows[order].argsort(stable=True)]
            order = order[rank < self._kept]  # of the best of each query first
            rows, places, values = rows[order], places[order], values[order]
            rank, counts = self._ranks(rows)
        at = self._filled[rows] + rank
        self._values[rows, at] = values
        self._places[rows, at] = places
        self._filled += counts
        if int(self._filled.max()) > room - self._kept:
            self._settle()

    def sorted(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """(q, kept) best first."""
        self._settle()
        values, order = self._values[:, : self._kept].sort(dim=1, descending=True)
        return values.cpu().numpy(), self._places[:, : self._kept].gather(1, order).cpu().numpy()

    def _ranks(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(p,) how many of the same query come before; (q,) how many there are."""
        counts = torch.bincount(rows, minlength=len(self._filled))
        starts = counts.cumsum(0) - counts
        return torch.arange(len(rows), device=rows.device) - starts[rows], counts

    def _settle(self) -> None:
        """Keep the best only."""
        values, order = self._values.topk(self._kept, dim=1)  # sorted: what is free stays behind the rest
        places = self._places.gather(1, order)
        self._values.fill_(-torch.inf)
        self._values[:, : self._kept] = values
        self._places[:, : self._kept] = places
        self._filled = (values > -torch.inf).sum(dim=1)
        lowest = values.topk(self._wanted, dim=1, sorted=False)[0].amin(dim=1)
        self.least = torch.maximum(torch.maximum(values.amin(dim=1), lowest - self._margin), self.least)
