"""Orthogonal matching pursuit over a large dictionary, in tiles.

For each target x (a row of X) pick k atoms (rows of A), greedily, and the weights w that make their sum
nearest to x. Targets are worked in chunks of B; for a chunk are kept: the residuals r (B×d), the chosen atoms
made orthonormal Q (B×k×d), the triangle R (B×k×k) with  chosen atoms = QᵀR,  and z = Q x (B×k). A step:

1. Score every atom, |⟨r, a⟩| (divided by ‖a‖ when `normalise`). The B×n table of scores is never made: one
   buffer holds a tile of 2048 atoms, of which each row keeps its best. Within a tile a plain maximum over
   groups of 64 columns comes first, so that the index is sought in one group only. A later tile wins only if
   strictly better: of equal scores the lowest index is taken.
2. r is orthogonal to the atoms chosen so far, so no table of what is taken is needed. A row whose winner it
   already has (its residual is rounding noise, or atoms are duplicates) goes a slow way, with a mask.
3. Orthogonalise the winner against Q by two Gram–Schmidt passes (the second makes good what rounding left),
   which gives the next column of R. If less than 1e-5 of its length is left it depends on the others: it is
   barred for this row, the next best is tried, three times, then the row is left as it is.
4. r ← r - ⟨q, r⟩ q. A row whose ‖r‖ ≤ τ‖x‖ is finished; the chunk is compacted when half of it is.

At the end w = R⁻¹z, one batched triangular solve. The first k' choices are those of a run with k', so the
weights for every smaller k come from the same run. Cost: 2·B·n·d operations a step for the scores, and
little else. Everything is in float32, with reduced-precision products off.

Source: arXiv 2506.06607 (the method); the tiling is our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import torch

TILE = 2048
CHUNK = 512
GROUP = 64
TOLERANCE = 1e-6
"""What is left of a float32 vector that is matched exactly; choosing by it would be choosing by noise."""
DEPENDENT = 1e-5
RETRIES = 3
_BUDGET = 256 * 2**20
"""Bytes for one chunk's state."""
_SLOW_ROWS = 16
"""Rows at a time on the slow way, where the scores of all atoms are held."""


@dataclass(frozen=True)
class Pursuit:
    """What `matching_pursuit` found for m targets, on the CPU.

    `support` (m, k) int32: atoms in the order chosen, -1 where none; `weights` (m, k) float32 of the atoms as
    they are, 0 where none; `curve` (m, k) float32: ‖r‖/‖x‖ after each step (NaN for a target of length 0);
    `sweep`: smaller k → its weights (m, k); `independence` (m,) float32: the smallest share of a chosen
    atom's length that was orthogonal to those before it.
    """

    support: torch.Tensor
    weights: torch.Tensor
    curve: torch.Tensor
    independence: torch.Tensor
    sweep: dict[int, torch.Tensor] = field(default_factory=dict)

    @property
    def residual(self) -> torch.Tensor:
        """(m,) float32: ‖x - Σ w a‖ / ‖x‖."""
        return self.curve[:, -1]


def chunk_rows(k: int, width: int, tile: int = TILE) -> int:
    """How many targets are worked at once: the same for every run of one request."""
    return max(1, min(CHUNK, _BUDGET // (4 * (k * width + k * k + tile))))


def matching_pursuit(
    targets: torch.Tensor,
    atoms: torch.Tensor,
    k: int,
    *,
    normalise: bool = False,
    tolerance: float = TOLERANCE,
    sweep: Sequence[int] = (),
    tile: int = TILE,
    chunk: int | None = None,
    step: Callable[[float], None] = lambda done: None,
) -> Pursuit:
    """k-sparse combinations of `atoms` for each of `targets`.

    Args:
        targets: (m, d) float32, on any device.
        atoms: (n, d) float32, on the same device; none of length zero.
        k: atoms per target; 1 ≤ k ≤ n.
        normalise: choose by direction, as in the textbook; otherwise by ⟨r, a⟩ as it is, which prefers long
            atoms.
        tolerance: stop where ‖r‖ ≤ tolerance·‖x‖.
        sweep: smaller numbers of atoms to give the weights for as well.
        tile, chunk: atoms and targets at a time; they change the speed, and results by rounding only.
        step: called for each tile with how many targets are done (a fraction counts steps); may raise.

    Raises:
        ValueError: shapes that do not fit, or k out of range.
    """
    if targets.ndim != 2 or atoms.ndim != 2 or targets.shape[1] != atoms.shape[1]:
        raise ValueError(f"targets {tuple(targets.shape)} and atoms {tuple(atoms.shape)} do not fit")
    if not 1 <= k <= len(atoms):
        raise ValueError(f"k = {k} with {len(atoms)} atoms")
    with full_precision():
        dictionary = Dictionary(atoms, normalise=normalise, tile=tile)
        size = chunk or chunk_rows(k, targets.shape[1], tile)
        parts = []
        for first in range(0, len(targets), size):
            part = dictionary.pursue(
                targets[first : first + size],
                k,
                tolerance=tolerance,
                sweep=sweep,
                step=partial(_share, step, first, 1),
            )
            parts.append(part)
    if not parts:
        parts = [dictionary.pursue(targets, k, tolerance=tolerance, sweep=sweep)]
    return Pursuit(
        support=torch.cat([part.support for part in parts]),
        weights=torch.cat([part.weights for part in parts]),
        curve=torch.cat([part.curve for part in parts]),
        independence=torch.cat([part.independence for part in parts]),
        sweep={size: torch.cat([part.sweep[size] for part in parts]) for size in sweep},
    )


@contextmanager
def full_precision() -> Iterator[None]:
    """Float32 products as such: TF32 would choose other atoms."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _share(step: Callable[[float], None], before: float, size: float, share: float) -> None:
    step(before + size * share)


class Dictionary:
    """The atoms, set up once for all chunks of targets."""

    def __init__(self, atoms: torch.Tensor, *, normalise: bool = False, tile: int = TILE) -> None:
        self.atoms = atoms.float().contiguous()
        self.lengths = torch.linalg.vector_norm(self.atoms, dim=1)
        self.scale = 1 / self.lengths.clamp_min(1e-8) if normalise else None
        self.tile = min(tile, len(atoms))
        self._across = self.atoms.T.contiguous()
        self._buffer = torch.empty(0, device=atoms.device)

    def pursue(
        self,
        targets: torch.Tensor,
        k: int,
        *,
        tolerance: float = TOLERANCE,
        sweep: Sequence[int] = (),
        step: Callable[[float], None] = lambda done: None,
    ) -> Pursuit:
        """One chunk of targets; arguments as in `matching_pursuit`."""
        chunk = _Chunk(targets.float(), k, tolerance)
        for at in range(k):
            if not len(chunk.rows):
                break
            winners = self._winners(
                chunk.residual, partial(_share, step, at * len(targets) / k, len(targets) / k)
            )
            self._extend(chunk, at, winners)
            chunk.close(at)
        step(len(targets))
        return chunk.result(sweep)

    def _winners(self, residual: torch.Tensor, step: Callable[[float], None]) -> torch.Tensor:
        """(B,) the best atom for each row, the lowest index among equals."""
        rows = torch.arange(len(residual), device=residual.device)
        best = torch.full((len(residual),), -1.0, device=residual.device)
        winner = torch.zeros(len(residual), dtype=torch.long, device=residual.device)
        if self._buffer.numel() < len(residual) * self.tile:
            self._buffer = torch.empty(len(residual) * self.tile, device=residual.device)
        for first in range(0, len(self.atoms), self.tile):
            step(first / len(self.atoms))
            last = min(first + self.tile, len(self.atoms))
            scores = self._buffer[: len(residual) * (last - first)].view(len(residual), last - first)
            torch.mm(residual, self._across[:, first:last], out=scores)
            if self.scale is not None:
                scores *= self.scale[first:last]
            scores.abs_()
            if (last - first) % GROUP == 0:
                groups = scores.view(len(residual), -1, GROUP)
                tops = groups.amax(dim=2)
                group = tops.argmax(dim=1)
                top = tops[rows, group]
                column = group * GROUP + groups[rows, group].argmax(dim=1)
            else:
                top, column = scores.max(dim=1)
            better = top > best
            best = torch.where(better, top, best)
            winner = torch.where(better, column + first, winner)
        return winner

    def _extend(self, chunk: _Chunk, at: int, winners: torch.Tensor) -> None:
        """Take the winners as the atoms `at` of each row, or the next best where they will not do."""
        added = chunk.orthogonal(at, self.atoms[winners])
        fits = added.length >= DEPENDENT * self.lengths[winners]
        fits &= ~(chunk.support[:, :at] == winners[:, None]).any(dim=1)
        rows = (fits & chunk.open).nonzero()[:, 0]
        chunk.take(at, rows, winners[rows], added.of(rows), self.lengths)
        stuck = (~fits & chunk.open).nonzero()[:, 0]
        for some in stuck.split(_SLOW_ROWS):
            self._search(chunk, at, some, winners[some])

    def _search(self, chunk: _Chunk, at: int, rows: torch.Tensor, barred: torch.Tensor) -> None:
        """The slow way for `rows`: what they have, and what depends on it, is masked out of all scores."""
        scores = chunk.residual[rows] @ self._across
        if self.scale is not None:
            scores *= self.scale
        scores.abs_()
        scores.scatter_(1, barred[:, None], -1.0)
        if at:
            scores.scatter_(1, chunk.support[rows, :at].clamp_min(0), -1.0)
        for _ in range(RETRIES):
            if not len(rows):
                return
            top, atoms = scores.max(dim=1)
            added = chunk.orthogonal(at, self.atoms[atoms], rows)
            fits = (added.length >= DEPENDENT * self.lengths[atoms]) & (top > 0)
            chunk.take(at, rows[fits], atoms[fits], added.of(fits), self.lengths)
            scores.scatter_(1, atoms[:, None], -1.0)
            rows, scores = rows[~fits], scores[~fits]
        chunk.open[rows] = False


@dataclass(frozen=True)
class _Added:
    """An atom for each of B rows: `unit` (B, d) its part orthogonal to what the row has, of length 1;
    `length` (B,) of that part; `along` (B, t) its products with what the row has."""

    unit: torch.Tensor
    length: torch.Tensor
    along: torch.Tensor

    def of(self, rows: torch.Tensor) -> _Added:
        return _Added(self.unit[rows], self.length[rows], self.along[rows])


class _Chunk:
    """The state of a chunk of targets. `rows`: those in the arrays still; `open`: those that go on."""

    def __init__(self, targets: torch.Tensor, k: int, tolerance: float) -> None:
        count, width = targets.shape
        self._k = k
        self._tolerance = tolerance
        self._sizes = torch.linalg.vector_norm(targets, dim=1)
        device = targets.device
        self._curve = torch.full((count, k), torch.nan, device=device)
        self._all_support = torch.full((count, k), -1, dtype=torch.long, device=device)
        self._all_triangle = torch.eye(k, device=device).repeat(count, 1, 1)
        self._all_shadow = torch.zeros(count, k, device=device)
        self.independence = torch.ones(count, device=device)

        self.rows = torch.arange(count, device=device)
        self.open = self._sizes > 0
        self.residual = targets.clone()
        self._units = torch.zeros(count, k, width, device=device)
        self.support = self._all_support.clone()
        self._compact()

    def orthogonal(self, at: int, atoms: torch.Tensor, rows: torch.Tensor | None = None) -> _Added:
        """`atoms` (B, d) against the `at` atoms that the rows (all, or some by place) have: two Gram–Schmidt
        passes."""
        units = self._units[:, :at] if rows is None else self._units[rows, :at]
        rest = atoms[:, None]  # a row, not a column: libraries multiply those several times faster
        first = rest @ units.mT
        rest = torch.baddbmm(rest, first, units, alpha=-1)
        second = rest @ units.mT
        rest = torch.baddbmm(rest, second, units, alpha=-1)[:, 0]
        length = torch.linalg.vector_norm(rest, dim=1)
        return _Added(rest / length.clamp_min(1e-30)[:, None], length, (first + second)[:, 0])

    def take(
        self, at: int, rows: torch.Tensor, atoms: torch.Tensor, added: _Added, lengths: torch.Tensor
    ) -> None:
        """Make `atoms` the ones at place `at` of `rows` (places in the arrays), to which `added` belongs."""
        shadow = (added.unit * self.residual[rows]).sum(dim=1)
        self.residual[rows] -= shadow[:, None] * added.unit
        self._units[rows, at] = added.unit
        self.support[rows, at] = atoms
        there = self.rows[rows]
        self._all_support[there, at] = atoms
        self._all_triangle[there, :at, at] = added.along
        self._all_triangle[there, at, at] = added.length
        self._all_shadow[there, at] = shadow
        self.independence[there] = torch.minimum(self.independence[there], added.length / lengths[atoms])

    def close(self, at: int) -> None:
        """After step `at`: note the residuals, end the rows that are matched, compact when half are ended."""
        left = torch.linalg.vector_norm(self.residual, dim=1) / self._sizes[self.rows]
        self._curve[self.rows, at:] = left[:, None]
        self.open &= left > self._tolerance
        if int(self.open.sum()) <= len(self.rows) // 2:
            self._compact()

    def result(self, sweep: Sequence[int]) -> Pursuit:
        return Pursuit(
            support=self._all_support.to(torch.int32).cpu(),
            weights=self._weights(self._k),
            curve=self._curve.cpu(),
            independence=self.independence.cpu(),
            sweep={size: self._weights(size) for size in sweep},
        )

    def _weights(self, k: int) -> torch.Tensor:
        # On the CPU: a batched triangular solve is not to be had on every device, and this one is small.
        triangle = self._all_triangle[:, :k, :k].cpu()
        shadow = self._all_shadow[:, :k, None].cpu()
        return torch.linalg.solve_triangular(triangle, shadow, upper=True)[:, :, 0]

    def _compact(self) -> None:
        keep = self.open
        if bool(keep.all()):
            return
        self.rows, self.residual = self.rows[keep], self.residual[keep]
        self._units, self.support = self._units[keep], self.support[keep]
        self.open = self.open[keep]
