"""Orthogonal matching pursuit over a large dictionary, in tiles.

For each target x (a row of X) pick k atoms (rows of A), greedily, and the weights w that make their sum
nearest to x. Targets are worked in chunks of B; for a chunk are kept: the residuals r (B×d), the chosen atoms
made orthonormal Q (B×k×d), the triangle R (B×k×k) with  chosen atoms = QᵀR,  and z = Q x (B×k). A step:

1. Score every atom, |⟨r, a⟩| (divided by ‖a‖ when `normalise`). The n×B table of scores is never made: one
   buffer, small enough for the processor's cache, holds a tile of 1024 atoms by B targets, and of that only
   the best score of each group of 32 atoms is kept. Targets lie along the fast side of the buffer, so that
   the maximum over a group runs along them, and the atoms need not be stored a second time as columns. At the
   end of the step each row takes its best group, and in it the best of 32. Of equal scores the lowest index
   is taken.
2. r is orthogonal to the atoms chosen so far, so no table of what is taken is needed. A row whose winner it
   already has (its residual is rounding noise, or atoms are duplicates) goes a slow way, with a mask.
3. Orthogonalise the winner against Q by two Gram–Schmidt passes (the second makes good what rounding left),
   which gives the next column of R. If less than 1e-5 of its length is left it depends on the others: it is
   barred for this row, the next best is tried, three times, then the row is left as it is.
4. r ← r - ⟨q, r⟩ q. A row whose ‖r‖ ≤ τ‖x‖ is finished; the chunk is compacted when half of it is.

At the end w = R⁻¹z, one batched triangular solve. The first k' choices are those of a run with k', so the
weights for every smaller k come from the same run: those of R[:k', :k'] and z[:k']. Cost: 2·B·n·d operations
a step for the scores, and little else. Everything is in float32, with reduced-precision products off.

Atoms are rows of a table. If they fit into `HELD` bytes in float32 they are held so; else each tile is read
from the table when it is needed, in whatever number type, so that a table may lie in a file.

Source: arXiv 2506.06607 (the method); the tiling is our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch

TILE = 1024
CHUNK = 512
GROUP = 32
TOLERANCE = 1e-6
"""What is left of a float32 vector that is matched exactly; choosing by it would be choosing by noise."""
DEPENDENT = 1e-5
RETRIES = 3
HELD = 2**30
"""Bytes of atoms that are held in float32, on the processor."""
_BUDGET = 256 * 2**20
"""Bytes for one chunk's state, on the processor."""
_GATHERED = 32 * 2**20
"""Bytes of rows that are gathered at once."""
_SLOW_ROWS = 16
"""Rows at a time on the slow way, where the scores of all atoms are held."""
_FASTER = 16
"""How many times larger tiles, chunks and their budget are on an accelerator."""


@dataclass(frozen=True)
class Fit:
    """Weights (m, k) float32 of the first k atoms, 0 where there is none; `residual` (m,) float32: what they
    leave of the target, ‖x - Σ w a‖ / ‖x‖; `independence` (m,) float32: the smallest share of an atom's
    length that was orthogonal to those before it."""

    weights: torch.Tensor
    residual: torch.Tensor
    independence: torch.Tensor


@dataclass(frozen=True)
class Pursuit:
    """What was found for m targets, on the CPU.

    `support` (m, k) int32: atoms in the order chosen, -1 where none; `curve` (m, k) float32: ‖r‖/‖x‖ after
    each step (NaN for a target of length 0); `triangle` R (m, k, k) and `shadow` z (m, k) float32, of the
    atoms as they are.
    """

    support: torch.Tensor
    curve: torch.Tensor
    triangle: torch.Tensor
    shadow: torch.Tensor

    @property
    def weights(self) -> torch.Tensor:
        """(m, k) float32, of least squares."""
        return self.fit().weights

    @property
    def residual(self) -> torch.Tensor:
        """(m,) float32, of least squares."""
        return self.curve[:, -1]

    def fit(self, k: int | None = None, *, ridge: float = 0.0) -> Fit:
        """The weights of the first `k` atoms that were chosen (all by default).

        Args:
            ridge: ρ ≥ 0; the weights then solve (G + ρ·diag G) w = A x with G = AAᵀ of the chosen atoms,
                which shrinks pairs that nearly cancel.
        """
        size = k or self.support.shape[1]
        triangle, shadow = self.triangle[:, :size, :size], self.shadow[:, :size, None]
        there = self.support[:, :size] >= 0
        lengths = torch.linalg.vector_norm(triangle, dim=1)
        independence = torch.where(there, triangle.diagonal(dim1=1, dim2=2) / lengths, 1.0).amin(dim=1)
        residual = self.curve[:, size - 1]
        if not ridge:
            weights = torch.linalg.solve_triangular(triangle, shadow, upper=True)[:, :, 0]
            return Fit(weights, residual, independence)
        tall = triangle.double()
        gram = tall.mT @ tall
        gram += ridge * torch.diag_embed(gram.diagonal(dim1=1, dim2=2))
        solved = torch.cholesky_solve(tall.mT @ shadow.double(), torch.linalg.cholesky(gram))
        missed = (shadow.double() - tall @ solved)[:, :, 0].square().sum(dim=1)
        # ‖x‖² = ‖r‖² + ‖z‖², which tells ‖x‖ from z and the share ‖r‖/‖x‖.
        share = residual.double().square()
        squared = shadow[:, :, 0].double().square().sum(dim=1) / (1 - share).clamp_min(1e-30)
        more = missed / squared.clamp_min(1e-30)
        return Fit(solved[:, :, 0].float(), (share + more).sqrt().float(), independence)

    @staticmethod
    def joined(parts: Sequence[Pursuit]) -> Pursuit:
        """Of equal k, one after the other."""
        names = ("support", "curve", "triangle", "shadow")
        return Pursuit(*(torch.cat([getattr(part, name) for part in parts]) for name in names))


def chunk_rows(k: int, width: int, device: str = "cpu") -> int:
    """How many targets are worked at once: the same for every run of one request."""
    more = 1 if device == "cpu" else _FASTER
    return max(1, min(CHUNK * more, _BUDGET * more // (4 * (k * width + k * k + TILE * more))))


def matching_pursuit(
    targets: torch.Tensor,
    atoms: torch.Tensor,
    k: int,
    *,
    normalise: bool = False,
    tolerance: float = TOLERANCE,
    tile: int | None = None,
    chunk: int | None = None,
    step: Callable[[float], None] = lambda done: None,
) -> Pursuit:
    """k-sparse combinations of `atoms` for each of `targets`; smaller k by `Pursuit.fit`.

    Args:
        targets: (m, d) float32, on any device.
        atoms: (n, d) float32, on the same device; none of length zero.
        k: atoms per target; 1 ≤ k ≤ n.
        normalise: choose by direction, as in the textbook; otherwise by ⟨r, a⟩ as it is, which prefers long
            atoms.
        tolerance: stop where ‖r‖ ≤ tolerance·‖x‖.
        tile, chunk: atoms and targets at a time; they change the speed, and results by rounding only.
        step: called for each tile with how many targets are done (a fraction counts steps); may raise.

    Raises:
        ValueError: shapes that do not fit, or k out of range.
    """
    if targets.ndim != 2 or atoms.ndim != 2 or targets.shape[1] != atoms.shape[1]:
        raise ValueError(f"targets {tuple(targets.shape)} and atoms {tuple(atoms.shape)} do not fit")
    if not 1 <= k <= len(atoms):
        raise ValueError(f"k = {k} with {len(atoms)} atoms")
    device = str(atoms.device)
    with full_precision():
        dictionary = Dictionary(atoms, normalise=normalise, device=device, tile=tile)
        size = chunk or chunk_rows(k, targets.shape[1], device)
        parts = []
        for first in range(0, max(1, len(targets)), size):
            some = targets[first : first + size]
            ahead = partial(_share, step, first, 1)
            parts.append(dictionary.pursue(some, k, tolerance=tolerance, step=ahead))
    return Pursuit.joined(parts)


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
    """The atoms, set up once for all chunks of targets.

    Args:
        table: (R, d) of any float type; what it is of stays where it is.
        ids: (n,) int64, the rows that are atoms; by default all. None may have length zero.
        normalise: choose by direction alone.
        centre: take the atoms' mean off them, and off the targets (`mean`; otherwise zeros).
        device: where to work.
        tile: atoms at a time.
    """

    def __init__(
        self,
        table: torch.Tensor,
        ids: torch.Tensor | None = None,
        *,
        normalise: bool = False,
        centre: bool = False,
        device: str = "cpu",
        tile: int | None = None,
    ) -> None:
        self._table = table
        self._ids = ids
        self._device = device
        self._size = len(table) if ids is None else len(ids)
        self._tile = min(tile or TILE * (1 if device == "cpu" else _FASTER), max(1, self._size))
        self._buffer = torch.empty(0, device=device)
        self._scratch = torch.empty(0)
        self._atoms: torch.Tensor | None = None
        self.width = table.shape[1]
        self.mean = torch.zeros(self.width, device=device)
        self._centre = centre
        if centre:
            self.mean = self._averaged()
        if 4 * self._size * self.width <= _room(device):
            self._atoms = self._held()
        self._lengths = self._measured() if normalise else None

    def __len__(self) -> int:
        return self._size

    def pursue(
        self,
        targets: torch.Tensor,
        k: int,
        *,
        tolerance: float = TOLERANCE,
        step: Callable[[float], None] = lambda done: None,
    ) -> Pursuit:
        """One chunk of targets (B, d) of any float type; arguments as in `matching_pursuit`."""
        targets = targets.to(self._device).float()
        chunk = _Chunk(targets - self.mean, k, tolerance)
        for at in range(k):
            if not len(chunk.rows):
                break
            ahead = partial(_share, step, at * len(targets) / k, len(targets) / k)
            self._extend(chunk, at, self._winners(chunk.residual, ahead))
            chunk.close(at)
        step(len(targets))
        return chunk.result()

    def rows(self, places: torch.Tensor) -> torch.Tensor:
        """(…, d) float32: some of the atoms, centred where that was asked for."""
        if self._atoms is not None:
            return self._atoms[places]
        flat = places.flatten().to(self._table.device)
        return self._prepared(flat if self._ids is None else self._ids[flat]).view(*places.shape, -1)

    def tiles(self, size: int) -> Iterator[tuple[int, torch.Tensor]]:
        """Where each tile begins, and its atoms (w, d) float32, centred where that was asked for."""
        for first in range(0, self._size, size):
            yield first, self._between(first, min(first + size, self._size))

    def _winners(self, residual: torch.Tensor, step: Callable[[float], None]) -> torch.Tensor:
        """(B,) the best atom for each row, the lowest index among equals."""
        across = residual.T
        best = torch.empty(-(-self._size // GROUP), len(residual), device=self._device)
        tile = -(-self._tile // GROUP) * GROUP
        if self._buffer.numel() < len(residual) * tile:
            self._buffer = torch.empty(len(residual) * tile, device=self._device)
        for first in range(0, self._size, tile):
            step(first / self._size)
            last = min(first + tile, self._size)
            groups = -(-(last - first) // GROUP)
            scores = self._buffer[: groups * GROUP * len(residual)].view(-1, len(residual))
            scores[last - first :] = 0
            torch.mm(self._between(first, last), across, out=scores[: last - first])
            if self._lengths is not None:
                scores[: last - first] /= self._lengths[first:last, None]
            scores.abs_()
            there = best[first // GROUP : first // GROUP + groups]
            torch.amax(scores.view(groups, GROUP, -1), dim=1, out=there)
        return self._best_of(best.argmax(dim=0), residual)

    def _best_of(self, groups: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:
        """(B,) the best atom in each row's group (B,)."""
        winners = torch.empty_like(groups)
        members = torch.arange(GROUP, device=self._device)
        gathered = _GATHERED * (1 if self._device == "cpu" else _FASTER)
        block = max(1, gathered // (4 * GROUP * self.width))
        for first in range(0, len(groups), block):
            some = slice(first, first + block)
            places = (groups[some, None] * GROUP + members).clamp_max(self._size - 1)
            scores = (residual[some, None] @ self._gathered(places).mT)[:, 0].abs_()
            if self._lengths is not None:
                scores /= self._lengths[places]
            winners[some] = places.gather(1, scores.argmax(dim=1, keepdim=True))[:, 0]
        return winners

    def _gathered(self, places: torch.Tensor) -> torch.Tensor:
        """`rows`; on a processor into memory used again, since fresh memory costs more than to fill it."""
        if self._atoms is None or self._device != "cpu":
            return self.rows(places)
        if self._scratch.numel() < places.numel() * self.width:
            self._scratch = torch.empty(places.numel() * self.width)
        there = self._scratch[: places.numel() * self.width].view(-1, self.width)
        torch.index_select(self._atoms, 0, places.flatten(), out=there)
        return there.view(*places.shape, self.width)

    def _extend(self, chunk: _Chunk, at: int, winners: torch.Tensor) -> None:
        """Take the winners as the atoms `at` of each row, or the next best where they will not do."""
        added = chunk.orthogonal(at, self.rows(winners))
        fits = added.fits & ~(chunk.support[:, :at] == winners[:, None]).any(dim=1)
        rows = (fits & chunk.open).nonzero()[:, 0]
        chunk.take(at, rows, winners[rows], added.of(rows))
        stuck = (~fits & chunk.open).nonzero()[:, 0]
        for some in stuck.split(_SLOW_ROWS):
            self._search(chunk, at, some, winners[some])

    def _search(self, chunk: _Chunk, at: int, rows: torch.Tensor, barred: torch.Tensor) -> None:
        """The slow way for `rows`: what they have, and what depends on it, is masked out of all scores."""
        scores = self.scores(chunk.residual[rows])
        scores.scatter_(1, barred[:, None], -1.0)
        if at:
            scores.scatter_(1, chunk.support[rows, :at].clamp_min(0), -1.0)
        for _ in range(RETRIES):
            if not len(rows):
                return
            top, atoms = scores.max(dim=1)
            added = chunk.orthogonal(at, self.rows(atoms), rows)
            fits = added.fits & (top > 0)
            chunk.take(at, rows[fits], atoms[fits], added.of(fits))
            scores.scatter_(1, atoms[:, None], -1.0)
            rows, scores = rows[~fits], scores[~fits]
        chunk.open[rows] = False

    def scores(self, residual: torch.Tensor) -> torch.Tensor:
        """(B, n) of a few rows."""
        tiles = range(0, self._size, self._tile)
        scores = torch.cat([residual @ self._between(at, at + self._tile).T for at in tiles], dim=1)
        return (scores if self._lengths is None else scores / self._lengths).abs_()

    def _between(self, first: int, last: int) -> torch.Tensor:
        """(w, d) float32: a tile of atoms."""
        if self._atoms is not None:
            return self._atoms[first:last]
        return self._prepared(slice(first, last) if self._ids is None else self._ids[first:last])

    def _prepared(self, ids: torch.Tensor | slice) -> torch.Tensor:
        """(w, d) float32: rows of the table, on the device, centred where that was asked for."""
        rows = self._table[ids].to(self._device).float()
        return rows - self.mean if self._centre else rows

    def _blocks(self) -> Iterator[tuple[int, int]]:
        block = max(1, _GATHERED // (4 * self.width))
        for first in range(0, self._size, block):
            yield first, min(first + block, self._size)

    def _held(self) -> torch.Tensor:
        """(n, d) float32."""
        if self._ids is None and not self._centre and self._table.dtype is torch.float32:
            return self._table.to(self._device).contiguous()
        atoms = torch.empty(self._size, self.width, device=self._device)
        for first, last in self._blocks():
            atoms[first:last] = self._between(first, last)
        return atoms

    def _averaged(self) -> torch.Tensor:
        """(d,) float32, summed in float64."""
        total = torch.zeros(self.width, dtype=torch.float64)
        for first, last in self._blocks():
            total += self._between(first, last).cpu().double().sum(dim=0)
        return (total / max(1, self._size)).float().to(self._device)

    def _measured(self) -> torch.Tensor:
        """(n,) float32."""
        lengths = [torch.linalg.vector_norm(self._between(*ends), dim=1) for ends in self._blocks()]
        return torch.cat(lengths).clamp_min(1e-8)


def _room(device: str) -> int:
    """Bytes that atoms may take in float32."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(torch.device(device))[0]) // 2
    return HELD


@dataclass(frozen=True)
class _Added:
    """An atom for each of B rows: `unit` (B, d) its part orthogonal to what the row has, of length 1;
    `length` (B,) of that part; `along` (B, t) its products with what the row has; `fits` (B,): whether enough
    of it is left."""

    unit: torch.Tensor
    length: torch.Tensor
    along: torch.Tensor
    fits: torch.Tensor

    def of(self, rows: torch.Tensor) -> _Added:
        return _Added(self.unit[rows], self.length[rows], self.along[rows], self.fits[rows])


class _Chunk:
    """The state of a chunk of targets. `rows`: those in the arrays still; `open`: those that go on."""

    def __init__(self, targets: torch.Tensor, k: int, tolerance: float) -> None:
        count, width = targets.shape
        self._tolerance = tolerance
        self._sizes = torch.linalg.vector_norm(targets, dim=1)
        device = targets.device
        self._curve = torch.full((count, k), torch.nan, device=device)
        self._all_support = torch.full((count, k), -1, dtype=torch.long, device=device)
        self._triangle = torch.eye(k, device=device).repeat(count, 1, 1)
        self._shadow = torch.zeros(count, k, device=device)

        self.rows = torch.arange(count, device=device)
        self.open = self._sizes > 0
        self.residual = targets.clone()
        self._units = torch.empty(count, k, width, device=device)
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
        fits = length >= DEPENDENT * torch.linalg.vector_norm(atoms, dim=1)
        return _Added(rest / length.clamp_min(1e-30)[:, None], length, (first + second)[:, 0], fits)

    def take(self, at: int, rows: torch.Tensor, atoms: torch.Tensor, added: _Added) -> None:
        """Make `atoms` the ones at place `at` of `rows` (places in the arrays), to which `added` belongs."""
        shadow = (added.unit * self.residual[rows]).sum(dim=1)
        self.residual[rows] -= shadow[:, None] * added.unit
        self._units[rows, at] = added.unit
        self.support[rows, at] = atoms
        there = self.rows[rows]
        self._all_support[there, at] = atoms
        self._triangle[there, :at, at] = added.along
        self._triangle[there, at, at] = added.length
        self._shadow[there, at] = shadow

    def close(self, at: int) -> None:
        """After step `at`: note the residuals, end the rows that are matched, compact when half are ended."""
        left = torch.linalg.vector_norm(self.residual, dim=1) / self._sizes[self.rows]
        self._curve[self.rows, at:] = left[:, None]
        self.open &= left > self._tolerance
        if int(self.open.sum()) <= len(self.rows) // 2:
            self._compact()

    def result(self) -> Pursuit:
        # On the CPU: a batched triangular solve is not to be had on every device, and this one is small.
        return Pursuit(
            support=self._all_support.to(torch.int32).cpu(),
            curve=self._curve.cpu(),
            triangle=self._triangle.cpu(),
            shadow=self._shadow.cpu(),
        )

    def _compact(self) -> None:
        keep = self.open
        if bool(keep.all()):
            return
        self.rows, self.residual = self.rows[keep], self.residual[keep]
        self._units, self.support = self._units[keep], self.support[keep]
        self.open = self.open[keep]
