"""The k nearest anchors of each target, exactly, by tiles of anchors; and the systems that mix them.

A tile's distances come from one matrix product. Of what it and the tiles before it give, each target keeps a
few more than k, whose distances are then worked out again from the differences, which loses no digits where a
target is close to an anchor. Of equal distances the lowest index comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch

from core.jobs.context import Context
from core.transplant.pursuit import Dictionary, full_precision
from core.transplant.rows import Rows, Task

Metric = Literal["euclidean", "cosine"]

_TILE = 8192
_SPARE = 8
"""More candidates than asked for, since the distances from products are rounded."""
_BUDGET = 128 * 2**20
"""Bytes of neighbours' vectors that are gathered at once, in float64."""
_FLAT = 1e-10
"""Share of the largest eigenvalue of products below which a direction counts as none."""


@dataclass(frozen=True)
class Neighbours:
    """Of a chunk of B targets: `targets` (B, d) and `points` (B, k, d), the anchors' vectors, float64;
    `places` (B, k) int64 among the anchors; `distances` (B, k) float64, ascending: ‖x - a‖, or 1 - cos."""

    targets: torch.Tensor
    points: torch.Tensor
    places: torch.Tensor
    distances: torch.Tensor


def mixtures(
    task: Task, k: int, metric: Metric, weigh: Callable[[Neighbours], torch.Tensor], ctx: Context
) -> Rows:
    """Each target as a mixture of its nearest anchors, its residual ‖x - Σ w a‖ / ‖x‖ among the donor's.

    Args:
        k: of which so many are taken as there are anchors.
        weigh: the weights (B, k) of a chunk; what is exactly 0 is left out.
    """
    assert task.donor is not None
    parts = []
    stage = "Mixing neighbours" if task.matrix == "input" else "Mixing neighbours, head"
    with full_precision():
        search = Search(Dictionary(task.donor, task.anchors.donor), metric)
        k = min(k, len(task.anchors))
        for first, targets in _chunks(task.targets, k, task.donor.shape[1]):

            def make(first: int = first, targets: torch.Tensor = targets) -> Rows:
                def step(done: float) -> None:
                    ctx.progress(first + 0.9 * done, len(task), stage)

                found = search.nearest(task.donor[targets], k, step)  # type: ignore[index]
                weights = weigh(found)
                left = found.targets - (weights[:, None] @ found.points)[:, 0]
                length = torch.linalg.vector_norm(found.targets, dim=1)
                weights[length == 0] = 0
                ids = torch.where(weights != 0, task.anchors.base[found.places], -1)
                residual = torch.linalg.vector_norm(left, dim=1) / length
                return Rows.combined(ids, weights, residual=residual.float())

            parts.append(task.keep(first, make))
            ctx.progress(first + len(targets), len(task), stage)
    return Rows.joined(parts)


class Search:
    """The anchors, set up once for all chunks."""

    def __init__(self, anchors: Dictionary, metric: Metric) -> None:
        self._anchors = anchors
        self._cosine = metric == "cosine"
        lengths = [torch.linalg.vector_norm(rows, dim=1) for _, rows in anchors.tiles(_TILE)]
        self._lengths = torch.cat(lengths)

    def nearest(
        self, targets: torch.Tensor, k: int, step: Callable[[float], None] = lambda done: None
    ) -> Neighbours:
        """Of `targets` (B, d). `step` is told how many of them are done, a fraction at a time."""
        sought = targets.float()
        keep = min(k + _SPARE, len(self._anchors))
        values = torch.empty(len(sought), 0)
        places = torch.empty(len(sought), 0, dtype=torch.long)
        for first, rows in self._anchors.tiles(_TILE):
            step(len(targets) * first / len(self._anchors))
            near = sought @ rows.T
            lengths = self._lengths[first : first + len(rows)]
            if self._cosine:
                near /= lengths
            else:  # ‖x - a‖² but for ‖x‖², and the other way round
                near.mul_(2).sub_(lengths.square())
            top, at = near.topk(min(keep, len(rows)), dim=1)
            values, places = torch.cat([values, top], dim=1), torch.cat([places, at + first], dim=1)
            values, at = values.topk(min(keep, values.shape[1]), dim=1)
            places = places.gather(1, at)
        places = places.sort(dim=1).values
        points, exact = self._anchors.rows(places).double(), targets.double()
        if self._cosine:
            products = torch.linalg.vecdot(points, exact[:, None])
            sizes = torch.linalg.vector_norm(points, dim=2) * torch.linalg.vector_norm(exact, dim=1)[:, None]
            distances = 1 - products / sizes.clamp_min(1e-300)
        else:
            distances = torch.linalg.vector_norm(points - exact[:, None], dim=2)
        order = distances.argsort(dim=1, stable=True)[:, :k]
        points = points.gather(1, order[:, :, None].expand(-1, -1, points.shape[2]))
        return Neighbours(exact, points, places.gather(1, order), distances.gather(1, order))


def least_squares(points: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """(B, k): of all w that make ‖x - Σ w a‖ least, the shortest.

    Args:
        points: (B, k, d), targets: (B, d); both float64.
    """
    values, vectors = torch.linalg.eigh(points @ points.mT)
    sound = values > _FLAT * values[:, -1:]
    inverse = torch.where(sound, 1 / values.where(sound, 1), 0)
    products = points @ targets[:, :, None]
    return (vectors @ (inverse[:, :, None] * (vectors.mT @ products)))[:, :, 0]


def barycentric(points: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """(B, k): the same among those whose sum is one, which is least squares about the points' mean."""
    mean = points.mean(dim=1)
    return least_squares(points - mean[:, None], targets - mean) + 1 / points.shape[1]


def _chunks(targets: torch.Tensor, k: int, width: int) -> Iterator[tuple[int, torch.Tensor]]:
    size = max(1, min(512, _BUDGET // (8 * (k + _SPARE) * width)))
    for first in range(0, len(targets), size):
        yield first, targets[first : first + size]
