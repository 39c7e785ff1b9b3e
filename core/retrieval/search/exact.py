"""Exact search: every query with every document, in blocks, and not one tie left to chance.

Scores of a block are one product of matrices. A document is looked at again only if it beats the query's
k-th best so far: the highest score of each group of 8 is compared with that first, so that choosing costs
little beside the product. What is left is scored once more in float64, document by document, so that the
result depends neither on the size of blocks nor on the number of threads.

Where the processor multiplies 8 bits faster than float32, many queries are first multiplied so. By how much
that can be wrong is bounded (`core.retrieval.search.eight_bits`), and each document whose bound beats the
k-th best is scored in float32, so that the result is the same. Where more documents are as good as the last
one than were kept, the query is searched again for all of its ties.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from core.collections.order import DECIMALS, ordered
from core.jobs.context import Context
from core.retrieval.search import eight_bits
from core.retrieval.search.running_best import RunningBest

Vectors = NDArray[np.float32]
Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Places (queries, k), -1 after the last hit; and scores, -inf after the last hit."""
Best = tuple[NDArray[np.float32], NDArray[np.int64]]
"""(queries, kept) scores and places, best first."""
Pairs = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""(p,) queries, in ascending order; (p,) documents of a block; (p,) float32 scores."""

_SPARE = 32
"""Kept beside the best k, so that ties at the end are seen."""
_GROUP = 8
"""Documents whose best is compared first."""
_FEW = 8
"""Queries with which reading the documents takes longer than multiplying."""
_QUERIES = 1024
_SCORES = 2**22
"""In a block: 16 MiB, which a processor's cache holds."""
_MOST_DOCUMENTS = 65_536
_SAMPLE = 32
"""Each such document tells how high the best scores are likely to be."""
_FEWEST = 16_384
"""Documents that a first pass is worth it for."""
_ROWS = 4096
"""Looked at together where each is taken by itself."""


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
        coarse: bool = True,
    ) -> Found:
        wanted = max(1, min(k, self._count))
        asked = torch.from_numpy(np.ascontiguousarray(queries)).to(self._device)
        margin = self._margin(queries)
        expected = np.full(len(queries), -np.inf)

        def report(first: int) -> None:
            ctx.progress(share[0] + share[1] * first / len(self._documents), 1, stage)

        if len(queries) <= _FEW:
            values, places = self._best_of_all(asked, wanted + _SPARE, barred, report)
        elif coarse and self._is_worth_it(len(queries), wanted):
            first_pass = _Coarse(asked, self._longest)
            expected = self._likely(first_pass, wanted)
            values, places = self._best(asked, wanted, barred, margin, report, first_pass, expected)
        else:
            values, places = self._best(asked, wanted, barred, margin, report, None, expected)
        least = values[:, wanted - 1] - margin
        close = (values >= least[:, None]) & (places >= 0)
        most = max(1, int(close.sum(axis=1).max(initial=0)))
        candidates = np.where(close, places, -1)[:, :most]
        found = ordered(candidates, self.rescored(queries, candidates), self._ranks, k)
        full = np.isfinite(values[:, -1]) & (values[:, -1] >= least)
        missed = np.flatnonzero(least < expected)
        if len(missed):
            without = None if barred is None else barred[missed]
            again = self._some(queries[missed], k, ctx, without, stage, (sum(share), 0.0), coarse=False)
            found[0][missed], found[1][missed] = again
        for row in np.flatnonzero(full & ~(least < expected)):
            without = None if barred is None else barred[row : row + 1]
            ctx.progress(sum(share), 1, stage)
            tied = self._above(asked[row : row + 1], float(least[row]), without)[None]
            one = ordered(tied, self.rescored(queries[row : row + 1], tied), self._ranks, k)
            found[0][row], found[1][row] = one[0][0], one[1][0]
        return found

    def _best_of_all(
        self,
        queries: torch.Tensor,
        kept: int,
        barred: NDArray[np.int64] | None,
        report: Callable[[int], None],
    ) -> Best:
        """From the scores of all documents at once."""
        scores = torch.empty(len(queries), len(self._documents), device=queries.device)
        product = _Product()
        for first, last in self._blocks(len(queries), _MOST_DOCUMENTS):
            report(first)
            scores[:, first:last] = self._scores(queries, first, last, barred, product).T
        values, places = scores.topk(min(kept, scores.shape[1]), dim=1)
        places[values == -torch.inf] = -1
        return values.cpu().numpy(), places.cpu().numpy()

    def _best(
        self,
        queries: torch.Tensor,
        wanted: int,
        barred: NDArray[np.int64] | None,
        margin: NDArray[np.float64],
        report: Callable[[int], None],
        coarse: _Coarse | None,
        expected: NDArray[np.float64],
    ) -> Best:
        """From the scores that beat the best so far, block by block."""
        device = queries.device
        kept = wanted + _SPARE
        best = RunningBest(
            wanted, kept, *(torch.from_numpy(a).float().to(device) for a in (margin, expected))
        )
        product = _Product()
        start = kept if np.isneginf(expected).any() else _MOST_DOCUMENTS
        most = _MOST_DOCUMENTS if coarse is None else _ROWS
        for first, last in self._blocks(len(queries), start, most):
            report(first)
            found = None if coarse is None else coarse.above(_tensor(self._documents[first:last]), best.least)
            if found is None:
                scores = self._scores(queries, first, last, barred, product)
                rows, columns = _above(scores, best.least)
                values = scores[columns, rows]
            else:
                rows, columns, values = self._allowed(found, first, barred)
            best.take(rows, columns + first, values)
        return best.sorted()

    def _allowed(self, pairs: Pairs, first: int, barred: NDArray[np.int64] | None) -> Pairs:
        """Those of a block that begins at document `first` that can be found."""
        rows, columns, values = pairs
        may = torch.ones(len(rows), dtype=torch.bool)
        if self._there is not None:
            may &= torch.from_numpy(self._there)[columns + first]
        if barred is not None:
            may &= torch.from_numpy(barred)[rows] != columns + first
        return (rows, columns, values) if may.all() else (rows[may], columns[may], values[may])

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

    def _likely(self, coarse: _Coarse, wanted: int) -> NDArray[np.float64]:
        """(q,) a score that some more than `wanted` documents are likely to have, by a sample of all: with it
        few are looked at twice. Where it was too high, the query is searched again."""
        there = slice(None) if self._there is None else self._there[::_SAMPLE]
        share = wanted / _SAMPLE
        return coarse.highest(_tensor(self._documents[::_SAMPLE][there]), int(share + 3 * share**0.5 + 2))

    def _scores(
        self,
        queries: torch.Tensor,
        first: int,
        last: int,
        barred: NDArray[np.int64] | None,
        product: _Product,
    ) -> torch.Tensor:
        """(last - first, q) float32 of one block; -inf for what cannot be found. For distances: the product
        less half the squared length, which orders alike."""
        scores = product(_tensor(self._documents[first:last]).to(queries.device), queries)
        if self._far and self._squares is not None:
            halves = torch.from_numpy((self._squares[first:last] / 2).astype(np.float32))
            scores -= halves.to(queries.device)[:, None]
        if self._there is not None and not self._there[first:last].all():
            scores[torch.from_numpy(~self._there[first:last]).to(queries.device)] = -torch.inf
        if barred is not None:
            rows = np.flatnonzero((barred >= first) & (barred < last))
            scores[torch.from_numpy(barred[rows] - first), torch.from_numpy(rows)] = -torch.inf
        return scores

    def _above(
        self, query: torch.Tensor, least: float, barred: NDArray[np.int64] | None
    ) -> NDArray[np.int64]:
        """The places of all documents whose score is at least `least`."""
        product = _Product()
        found = [
            first
            + np.flatnonzero(self._scores(query, first, last, barred, product)[:, 0].cpu().numpy() >= least)
            for first, last in self._blocks(1, _MOST_DOCUMENTS)
        ]
        return np.concatenate(found)

    def _blocks(self, queries: int, start: int, most: int = _MOST_DOCUMENTS) -> list[tuple[int, int]]:
        """The first blocks are small, so that the threshold rises before much is compared with it."""
        most = self._block or min(max(_SCORES // max(1, queries), _ROWS), most)
        edges = [0]
        while edges[-1] < len(self._documents):
            size = min(most, max(start, edges[-1]))
            edges.append(min(len(self._documents), edges[-1] + -(-size // _GROUP) * _GROUP))
        return list(pairwise(edges))

    def _margin(self, queries: Vectors) -> NDArray[np.float64]:
        """(q,) how far below the k-th score a document may be and still belong to the best k: the rounding of
        the order, and twice the error of the product."""
        longest = np.linalg.norm(queries.astype(np.float64), axis=1)
        error = 2.0**-23 * np.sqrt(queries.shape[1]) * longest * self._longest
        if self._far:
            error += 2.0**-23 * self._longest**2
            return np.asarray(10.0**-DECIMALS * (longest + self._longest) + 2 * error)
        return np.asarray(10.0**-DECIMALS + 2 * error)

    def _is_worth_it(self, queries: int, wanted: int) -> bool:
        """Whether a first pass in 8 bits saves more than scoring some documents again costs."""
        large = queries >= _QUERIES // 16 and self._count >= max(_FEWEST, 200 * wanted)
        return large and not self._far and self._device == "cpu" and eight_bits.is_faster()

    def _lengths(self) -> NDArray[np.float64]:
        """(n,) squared."""
        parts = [self._documents[row : row + _ROWS] for row in range(0, len(self._documents), _ROWS)]
        squares = [np.einsum("nd,nd->n", part, part, dtype=np.float64) for part in parts]
        return np.concatenate(squares) if squares else np.zeros(0)


def _tensor(rows: Vectors) -> torch.Tensor:
    """Without a copy, though a memory map cannot be written to."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(np.ascontiguousarray(rows, dtype=np.float32))


class _Product:
    """Products (b, q) of documents (b, d) and queries (q, d), in the same memory each time."""

    def __init__(self) -> None:
        self._room = torch.empty(0)

    def __call__(self, documents: torch.Tensor, queries: torch.Tensor) -> torch.Tensor:
        if len(queries) == 1:  # one column is multiplied much slower than two
            return self(documents, queries.repeat(2, 1))[:, :1]
        size = len(documents) * len(queries)
        if len(self._room) < size:
            self._room = torch.empty(size, device=queries.device)
        return torch.mm(documents, queries.T, out=self._room[:size].view(len(documents), -1))


class _Coarse:
    """Queries multiplied in 8 bits.

    Args:
        queries: (q, d) float32; longest: the length of the longest document.
    """

    def __init__(self, queries: torch.Tensor, longest: float) -> None:
        self._queries, self._longest = queries, longest
        self._lengths = queries.double().norm(dim=1).numpy()
        self._codes = eight_bits.coded(queries, each=True)
        self._room = torch.empty(0, dtype=torch.int32)

    def highest(self, documents: torch.Tensor, rank: int) -> NDArray[np.float64]:
        """(q,) about the score of the document of this rank, from 1."""
        codes = eight_bits.coded(documents, each=False)
        products = self._products(codes).T.float()
        best = products.topk(min(rank, len(documents)), dim=1).values[:, -1]
        return np.asarray(best.double().numpy() * self._codes.steps * codes.steps)

    def above(self, documents: torch.Tensor, least: torch.Tensor) -> Pairs | None:
        """All pairs whose score is above (q,) `least`, with some that are not; None where so many may be that
        the whole product costs less."""
        codes = eight_bits.coded(documents, each=False)
        below = eight_bits.least_products(
            self._codes, self._lengths, codes, self._longest, least.double().numpy()
        )
        rows, columns = _above(self._products(codes), below)
        if len(rows) > len(documents) * len(self._queries) / 16:
            return None
        ends = torch.bincount(rows, minlength=len(self._queries)).cumsum(0)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")
            pairs = torch.sparse_csr_tensor(
                torch.nn.functional.pad(ends, (1, 0)),
                columns,
                torch.zeros(len(rows)),
                size=(len(self._queries), len(documents)),
                check_invariants=False,
            )
        return rows, columns, torch.sparse.sampled_addmm(pairs, self._queries, documents.T, beta=0.0).values()

    def _products(self, documents: eight_bits.Coded) -> torch.Tensor:
        size = len(documents.codes) * len(self._queries)
        if len(self._room) < size:
            self._room = torch.empty(size, dtype=torch.int32)
        return eight_bits.products(self._codes, documents, self._room)


def _above(scores: torch.Tensor, least: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of scores (b, q) above (q,): their queries, in ascending order, and their documents."""
    spare = -len(scores) % _GROUP
    if spare:
        lowest = -torch.inf if scores.is_floating_point() else torch.iinfo(scores.dtype).min
        scores = torch.nn.functional.pad(scores, (0, 0, 0, spare), value=lowest)
    groups = scores.view(_GROUP, -1)  # every b / 8-th document, so that their best is found quickly
    queries = scores.shape[1]
    at = (groups.amax(dim=0).view(-1, queries) > least).view(-1).nonzero()[:, 0]
    within, which = (groups.index_select(1, at) > least[at % queries]).nonzero(as_tuple=True)
    rows, columns = at[which] % queries, within * (len(scores) // _GROUP) + at[which] // queries
    order = rows.short().argsort(stable=True)
    return rows[order], columns[order]
