"""Exact search: every query with every document, in blocks, and not one tie left to chance.

Scores of a block are one product of matrices. A document is looked at again only if it beats the query's
k-th best so far: the highest score of each group of 8 is compared with that first, so that choosing costs
little beside the product. What is left is scored once more in float64, document by document, so that the
result depends neither on the size of blocks nor on the number of threads.

Where the processor multiplies bfloat16 faster than float32, the first pass is made in it. By how much its
scores can be wrong is bounded by the lengths of what rounding took away (Cauchy-Schwarz), and every document
within that bound is scored again, so that the result is the same. Where more documents are as good as the
last one than were kept, the query is searched again in float32, and then for all of its ties.
"""

from __future__ import annotations

import time
import warnings
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from core.collections.order import DECIMALS, ordered
from core.jobs.context import Context

Vectors = NDArray[np.float32]
Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Places (queries, k), -1 after the last hit; and scores, -inf after the last hit."""

_SPARE = 32
"""Kept beside the best k, so that ties at the end are seen."""
_GROUP = 8
"""Documents whose best is compared first."""
_QUERIES = 1024
_SCORES = 2**24
"""In a block: 32 MiB in bfloat16."""
_MOST_DOCUMENTS = 65_536
_SAMPLE = 8192
"""Documents by which it is guessed how high the best scores are."""
_ROWS = 4096
"""Looked at together where each is taken by itself."""
_BFLOAT = 2.0**-8
"""By what share a number may change when it is rounded to bfloat16."""


class Exact:
    """Documents to be searched.

    Args:
        documents: (n, d) float32, or a memory map of that.
        ranks: of `core.collections.order.tie_ranks`.
        similarity: ``cosine`` takes rows of length 1; ``dot``; ``euclidean``: the score is the distance
            with a minus.
        there: (n,) which documents can be found at all; None: all.
        block: documents at once; None: what suits the number of queries.
    """

    def __init__(
        self,
        documents: Vectors,
        ranks: NDArray[np.int64],
        *,
        similarity: str = "cosine",
        there: NDArray[np.bool_] | None = None,
        device: str = "cpu",
        block: int | None = None,
    ) -> None:
        self._documents = documents
        self._ranks = ranks
        self._far = similarity == "euclidean"
        self._there = None if there is None or there.all() else there
        self._count = len(documents) if self._there is None else int(self._there.sum())
        self._device = device if device.startswith("cuda") else "cpu"
        self._block = block
        self._squares = None if similarity == "cosine" else self._lengths()
        self._longest = 1.0 if self._squares is None else float(np.sqrt(self._squares.max(initial=0.0)))

    def search(
        self,
        queries: Vectors,
        k: int,
        ctx: Context,
        *,
        barred: NDArray[np.int64] | None = None,
        stage: str = "Searching",
    ) -> Found:
        """The best k of each query, in the order of `core.collections.order`. A query of zeros (it has no
        text) finds nothing.

        Args:
            queries: (q, d).
            barred: for each query the place of a document that is not to be found, or -1.
        """
        places = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf)
        asking = np.flatnonzero(np.any(queries, axis=1)) if self._count else np.zeros(0, dtype=np.int64)
        for first in range(0, len(asking), _QUERIES):
            rows = asking[first : first + _QUERIES]
            without = None if barred is None else barred[rows]
            share = (first / len(asking), len(rows) / len(asking))
            places[rows], scores[rows] = self._some(queries[rows], k, ctx, without, stage, share)
        return places, scores

    def _some(
        self,
        queries: Vectors,
        k: int,
        ctx: Context,
        barred: NDArray[np.int64] | None,
        stage: str,
        share: tuple[float, float],
        *,
        fast: bool = True,
    ) -> Found:
        wanted = max(1, min(k, self._count))
        fast = fast and self._is_worth_it(len(queries), wanted)
        kept = wanted * (3 if fast else 1) + _SPARE
        asked = torch.from_numpy(np.ascontiguousarray(queries)).to(self._device)
        margin, more = self._margin(queries, fast)
        product = _Bfloat() if fast else _Float()
        best = _Best(wanted, kept, torch.from_numpy(margin).float().to(asked.device), more)
        expected = np.full(len(queries), -np.inf)
        if fast and len(self._documents) >= 16 * _SAMPLE:
            expected = best.expect(self._likely(asked, wanted, product))
        start = kept if np.isneginf(expected).all() else _MOST_DOCUMENTS
        for first, last in self._blocks(len(queries), start):
            ctx.progress(share[0] + share[1] * first / len(self._documents), 1, stage)
            best.take(self._scores(asked, first, last, barred, product), first)
        values, places = best.sorted()
        lowest = values[:, wanted - 1]
        least = lowest - margin - more * np.where(np.isfinite(lowest), np.abs(lowest), 0)
        close = (values >= least[:, None]) & (places >= 0)
        most = max(1, int(close.sum(axis=1).max(initial=0)))
        candidates = np.where(close, places, -1)[:, :most]
        found = ordered(candidates, self.rescored(queries, candidates), self._ranks, k)
        full = np.isfinite(values[:, -1]) & (values[:, -1] >= least)
        unsure = np.flatnonzero(full | (least < expected))
        if fast and len(unsure):
            without = None if barred is None else barred[unsure]
            again = self._some(queries[unsure], k, ctx, without, stage, (sum(share), 0.0), fast=False)
            found[0][unsure], found[1][unsure] = again
            return found
        for row in unsure:
            without = None if barred is None else barred[row : row + 1]
            ctx.progress(sum(share), 1, stage)
            tied = self._above(asked[row : row + 1], float(least[row]), without)[None]
            one = ordered(tied, self.rescored(queries[row : row + 1], tied), self._ranks, k)
            found[0][row], found[1][row] = one[0][0], one[1][0]
        return found

    def rescored(self, queries: Vectors, candidates: NDArray[np.int64]) -> NDArray[np.float64]:
        """(q, c) float64 scores of places (q, c); -inf for place -1. No document's score depends on the
        others."""
        scores = np.full(candidates.shape, -np.inf)
        for row, (query, places) in enumerate(zip(queries, candidates, strict=True)):
            there = np.flatnonzero(places >= 0)
            vectors = np.asarray(self._documents[places[there]], dtype=np.float64)
            asked = query.astype(np.float64)
            if self._far:
                scores[row, there] = -np.sqrt(np.square(vectors - asked).sum(axis=1))
            else:
                scores[row, there] = vectors @ asked
        return scores

    def _likely(self, queries: torch.Tensor, wanted: int, product: _Float | _Bfloat) -> torch.Tensor:
        """(q,) a score that some more than `wanted` documents are likely to have, by a sample of all: with it
        few are looked at twice. Where it was too high, the query is searched again."""
        step = len(self._documents) // _SAMPLE
        scores = product(queries, _tensor(self._documents[::step][:_SAMPLE]).to(queries.device))
        if self._there is not None:
            scores[:, torch.from_numpy(~self._there[::step][:_SAMPLE]).to(queries.device)] = -torch.inf
        share = 2 * wanted * _SAMPLE / len(self._documents)
        rank = int(share + 4 * share**0.5 + 4)
        best = scores.view(len(queries), _GROUP, -1).amax(dim=1).float()
        return best.topk(min(rank, best.shape[1]), dim=1).values[:, -1]

    def _scores(
        self,
        queries: torch.Tensor,
        first: int,
        last: int,
        barred: NDArray[np.int64] | None,
        product: _Float | _Bfloat,
    ) -> torch.Tensor:
        """(q, last - first) float32 of one block; -inf for what cannot be found. For distances: the product
        less half the squared length, which orders alike."""
        block = _tensor(self._documents[first:last]).to(queries.device)
        scores = product(queries, block)
        if self._far and self._squares is not None:
            halves = torch.from_numpy((self._squares[first:last] / 2).astype(np.float32))
            scores -= halves.to(queries.device)
        if self._there is not None and not self._there[first:last].all():
            scores[:, torch.from_numpy(~self._there[first:last]).to(queries.device)] = -torch.inf
        if barred is not None:
            rows = np.flatnonzero((barred >= first) & (barred < last))
            scores[torch.from_numpy(rows), torch.from_numpy(barred[rows] - first)] = -torch.inf
        return scores

    def _above(
        self, query: torch.Tensor, least: float, barred: NDArray[np.int64] | None
    ) -> NDArray[np.int64]:
        """The places of all documents whose score is at least `least`."""
        product = _Float()
        found = [
            first
            + np.flatnonzero(self._scores(query, first, last, barred, product)[0].cpu().numpy() >= least)
            for first, last in self._blocks(1, _MOST_DOCUMENTS)
        ]
        return np.concatenate(found)

    def _blocks(self, queries: int, start: int) -> list[tuple[int, int]]:
        """The first blocks are small, so that the threshold rises before much is compared with it."""
        most = self._block or min(max(_SCORES // max(1, queries), 8192), _MOST_DOCUMENTS)
        edges = [0]
        while edges[-1] < len(self._documents):
            size = min(most, max(start, edges[-1]))
            edges.append(min(len(self._documents), edges[-1] + -(-size // _GROUP) * _GROUP))
        return list(pairwise(edges))

    def _margin(self, queries: Vectors, fast: bool) -> tuple[NDArray[np.float64], float]:
        """(q,) how far below the k-th score a document may be and still belong to the best k, and by what
        share of that score more: the rounding of the order, and twice the error of the product."""
        longest = np.linalg.norm(queries.astype(np.float64), axis=1)
        error = 2.0**-23 * np.sqrt(queries.shape[1]) * longest * self._longest
        if self._far:
            error += 2.0**-23 * self._longest**2
            return np.asarray(10.0**-DECIMALS * (longest + self._longest) + 2 * error), 0.0
        if not fast:
            return np.asarray(10.0**-DECIMALS + 2 * error), 0.0
        lost = _lost(queries)
        error += lost * self._longest + (longest + lost) * self._most_lost
        return np.asarray(10.0**-DECIMALS + 2 * (1 + 3 * _BFLOAT) * error), 2 * _BFLOAT

    def _is_worth_it(self, queries: int, wanted: int) -> bool:
        """Whether a first pass in bfloat16 saves more than scoring more documents again costs."""
        large = queries >= _QUERIES // 16 and len(self._documents) >= 200 * wanted
        return large and not self._far and (self._device != "cpu" or _bfloat_is_faster())

    @cached_property
    def _most_lost(self) -> float:
        """The length of the largest difference between a document and its vector in bfloat16."""
        rows = range(0, len(self._documents), _ROWS)
        return max((float(_lost(self._documents[row : row + _ROWS]).max()) for row in rows), default=0.0)

    def _lengths(self) -> NDArray[np.float64]:
        """(n,) squared."""
        parts = [self._documents[row : row + _ROWS] for row in range(0, len(self._documents), _ROWS)]
        squares = [np.einsum("nd,nd->n", part, part, dtype=np.float64) for part in parts]
        return np.concatenate(squares) if squares else np.zeros(0)


def _lost(rows: Vectors) -> NDArray[np.float64]:
    """(n,) the length of what rounding to bfloat16 takes away from each row; a little more, not less."""
    vectors = _tensor(rows)
    lengths = (vectors - vectors.bfloat16().float()).square_().sum(dim=1).sqrt_()
    return np.asarray(lengths.double().numpy() * (1 + 1e-5))


@cache
def _bfloat_is_faster() -> bool:
    """Tried out: processors with instructions for it are, others are many times slower."""
    rows = torch.full((4096, 384), 0.5)
    halves = rows.bfloat16()
    taken = {torch.float32: 1e9, torch.bfloat16: 1e9}
    for _ in range(3):
        for matrix in (rows, halves):
            began = time.process_time()  # not what others on this machine take
            matrix[:512] @ matrix.T
            taken[matrix.dtype] = min(taken[matrix.dtype], time.process_time() - began)
    return 0.75 * taken[torch.float32] > taken[torch.bfloat16]


def _tensor(rows: Vectors) -> torch.Tensor:
    """Without a copy, though a memory map cannot be written to."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(np.ascontiguousarray(rows, dtype=np.float32))


class _Float:
    """Products (q, b) of queries (q, d) and documents (b, d), in the same memory each time."""

    def __init__(self) -> None:
        self._room = torch.empty(0)

    def __call__(self, queries: torch.Tensor, documents: torch.Tensor) -> torch.Tensor:
        if len(queries) == 1 and not queries.is_cuda:
            return torch.from_numpy(queries.numpy() @ documents.numpy().T)  # faster there than torch's
        self._room = _at_least(self._room, queries, documents)
        size = len(queries) * len(documents)
        return torch.mm(queries, documents.T, out=self._room[:size].view(len(queries), -1))


class _Bfloat:
    """The same, multiplied in bfloat16, and left so."""

    def __init__(self) -> None:
        self._room = torch.empty(0, dtype=torch.bfloat16)

    def __call__(self, queries: torch.Tensor, documents: torch.Tensor) -> torch.Tensor:
        self._room = _at_least(self._room, queries, documents)
        size = len(queries) * len(documents)
        room = self._room[:size].view(len(queries), -1)
        return torch.mm(queries.bfloat16(), documents.bfloat16().T, out=room)


def _at_least(room: torch.Tensor, queries: torch.Tensor, documents: torch.Tensor) -> torch.Tensor:
    size = len(queries) * len(documents)
    return room if len(room) >= size else torch.empty(size, dtype=room.dtype, device=queries.device)


class _Best:
    """The best so far of each query, with room for some that are not sorted in yet.

    Args:
        wanted: the k of the best k; kept: how many are held, more than that.
        margin: (q,), and `more`: what is kept beside the best k, see `Exact`.
    """

    def __init__(self, wanted: int, kept: int, margin: torch.Tensor, more: float) -> None:
        self._wanted, self._kept, self._margin, self._more = wanted, kept, margin, more
        size, device = (len(margin), 2 * kept + 256), margin.device
        self._values = torch.full(size, -torch.inf, device=device)
        self._places = torch.full(size, -1, dtype=torch.int64, device=device)
        self._filled = torch.zeros(len(margin), dtype=torch.int64, device=device)
        self._start = torch.full((len(margin),), -torch.inf, device=device)
        self._least = self._start
        """What a document has to beat."""

    def expect(self, least: torch.Tensor) -> NDArray[np.float64]:
        """Look only at documents that beat (q,) scores; given back as they are compared."""
        self._start = least.contiguous()
        self._least = self._start
        return np.asarray(least.double().cpu().numpy())

    def take(self, scores: torch.Tensor, first: int) -> None:
        """Add what is good enough of a block (q, b) that begins at document `first`."""
        rows, columns = self._good(scores)
        counts = torch.bincount(rows, minlength=len(self._filled))
        if int((self._filled + counts).max()) > self._values.shape[1]:
            values, columns = scores.topk(min(self._kept, scores.shape[1]), dim=1)
            rows, at = (values.float() > self._least[:, None]).nonzero(as_tuple=True)
            columns = columns[rows, at]
            counts = torch.bincount(rows, minlength=len(self._filled))
        starts = counts.cumsum(0) - counts
        at = (self._filled - starts)[rows] + torch.arange(len(rows), device=rows.device)
        self._values[rows, at] = scores[rows, columns].float()
        self._places[rows, at] = columns + first
        self._filled += counts
        if int(self._filled.max()) > self._values.shape[1] - self._kept:
            self._settle()

    def sorted(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """(q, kept) best first."""
        self._settle()
        values, order = self._values[:, : self._kept].sort(dim=1, descending=True)
        return values.cpu().numpy(), self._places[:, : self._kept].gather(1, order).cpu().numpy()

    def _good(self, scores: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows, in ascending order, and columns of the scores above the threshold."""
        spare = -scores.shape[1] % _GROUP
        if spare:
            scores = torch.nn.functional.pad(scores, (0, spare), value=-torch.inf)
        groups = scores.view(len(scores), _GROUP, -1)  # every b / 8-th, so that its best is found quickly
        rows, group = (self._highest(groups) > self._least[:, None]).nonzero(as_tuple=True)
        some = groups[rows, :, group].float()
        which, within = (some > self._least[rows, None]).nonzero(as_tuple=True)
        return rows[which], within * groups.shape[2] + group[which]

    def _highest(self, groups: torch.Tensor) -> torch.Tensor:
        """(q, groups) float32. Numbers above 0 in bfloat16 are ordered as their bits are, which is found many
        times faster; where all thresholds are above 0, it does not matter what becomes of the others."""
        if groups.dtype is torch.bfloat16 and bool((self._least > 0).all()):
            return groups.view(torch.int16).amax(dim=1).view(torch.bfloat16).float()
        return groups.amax(dim=1).float()

    def _settle(self) -> None:
        """Keep the best only."""
        values, order = self._values.topk(self._kept, dim=1)  # sorted: what is free stays behind the rest
        places = self._places.gather(1, order)
        self._values.fill_(-torch.inf)
        self._values[:, : self._kept] = values
        self._places[:, : self._kept] = places
        self._filled = (values > -torch.inf).sum(dim=1)
        lowest = values.topk(self._wanted, dim=1, sorted=False)[0].amin(dim=1)
        below = torch.where(lowest > -torch.inf, lowest.abs() * self._more, 0) + self._margin
        self._least = torch.maximum(torch.maximum(values.amin(dim=1), lowest - below), self._start)
