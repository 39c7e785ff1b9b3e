"""Document vectors in a code: how large it is, what it decodes to, what it finds."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.collections.order import DECIMALS, ordered
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.compress.codecs import codec_of
from core.retrieval.compress.top import SPARE, Scorer, best

Parts = Mapping[str, NDArray[Any]]
BLOCK = 2**14
"""Rows that are worked on at once."""
Which = slice | NDArray[np.int64]
"""Documents: a range, or their places."""
_LINE = "codec"
_FEW = 16
"""Queries up to which codes are compared as they are."""


class Compressed(ABC):
    """An index of documents' codes.

    Args:
        line: the codec.
        parts: every array that it is made of; what is saved, and counted.
        count: of the documents.
        width: of a query.
    """

    def __init__(self, line: str, parts: Parts, *, count: int, width: int) -> None:
        self.line, self.parts, self.count, self.width = line, dict(parts), count, width

    @abstractmethod
    def decoded(self, which: Which) -> NDArray[np.float32]:
        """(documents, width) float32: what stands for the vectors of these documents."""

    def scorer(self, queries: NDArray[np.float32]) -> Scorer:
        """Gives the dot products of queries, (q, width) float32, and the documents of a block."""
        held = torch.from_numpy(queries)
        return lambda first, last: held @ torch.from_numpy(self.decoded(slice(first, last))).T

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        ctx: Context,
        *,
        ranks: NDArray[np.int64] | None = None,
        barred: NDArray[np.int64] | None = None,
        euclidean: bool = False,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The best `k` documents of each query.

        Args:
            queries: (q, width) float32; of length 1 where cosines are wanted.
            ranks: (count,) int64, the documents' order among equals (`core.collections.order.tie_ranks`);
                otherwise the first one comes first.
            barred: (q,) int64, the place of a document that is not to be found, or -1.
            euclidean: score by the distance with a minus and not by the dot product.

        Returns:
            (q, k) int64 places and (q, k) float64 scores, rounded and ordered as rankings are; -1 and -inf
            where there are fewer than k.
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        ranks = np.arange(self.count) if ranks is None else ranks
        if len(queries) <= _FEW and k + SPARE < self.count and barred is None and not euclidean:
            ctx.check()
            found = self._by_code(queries, k, ranks)
            if found is not None:
                return found
        scorer = self.scorer(queries)
        if euclidean:
            scorer = self._by_distance(queries, scorer)
        return best(scorer, len(queries), self.count, k, ranks, ctx, barred=barred)

    def by_code(self) -> Any:
        """FAISS's index over the same codes, which compares a query with them as they are; None where it has
        none. Few queries are answered by it: decoding all documents takes longer than comparing them. It
        holds the codes once more in memory, from the first such query on."""
        return None

    def as_coded(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """The queries as that index takes them."""
        return queries

    @cached_property
    def _coded_index(self) -> Any:
        return self.by_code()

    def _by_code(
        self, queries: NDArray[np.float32], k: int, ranks: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
        """None where there is no such index, or documents that it has left out may tie with the last."""
        if self._coded_index is None:
            return None
        scores, places = self._coded_index.search(self.as_coded(queries), k + SPARE)
        found, figures = ordered(places, scores.astype(np.float64), ranks, k)
        last = np.round(scores[:, -1].astype(np.float64), DECIMALS) + 10.0**-DECIMALS
        return (found, figures) if (figures[:, -1] > last).all() else None

    def _by_distance(self, queries: NDArray[np.float32], scorer: Scorer) -> Scorer:
        own = torch.from_numpy((queries**2).sum(axis=1, keepdims=True))

        def scores(first: int, last: int) -> torch.Tensor:
            theirs = torch.from_numpy((self.decoded(slice(first, last)) ** 2).sum(axis=1))
            return -(own + theirs - 2 * scorer(first, last)).clamp_min(0).sqrt()

        return scores

    def diagnostics(self) -> dict[str, float]:
        """Perplexity of codebooks, share of dead codes, where there are codebooks."""
        return {}

    @cached_property
    def nbytes(self) -> int:
        """Of the file that `save` writes, with all that was learned."""
        counter = _Counter()
        self._write(counter)
        return counter.size

    def save(self, file: Path) -> None:
        """Write everything; `opened` reads it."""
        part = file.with_name(f"{file.name}.part")
        with part.open("wb") as stream:
            self._write(stream)
        part.replace(file)

    def _write(self, stream: io.RawIOBase | io.BufferedWriter) -> None:
        everything: dict[str, Any] = {_LINE: np.array(self.line), **self.parts}
        np.savez(stream, **everything)


def opened(file: Path) -> Compressed:
    """What `Compressed.save` wrote.

    Raises:
        UserError: the file is missing, or damaged.
    """
    try:
        with np.load(file, allow_pickle=False) as kept:
            parts = {name: kept[name] for name in kept.files if name != _LINE}
            return codec_of(str(kept[_LINE])).opened(parts)
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise UserError(f"{file} is no compressed index, or is damaged ({error}).", field="codec") from error


def by_block(count: int, ctx: Context, stage: str, rows: int = BLOCK) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) of each block; progress is told between them."""
    for first in range(0, count, rows):
        ctx.progress(first, count, stage)
        yield first, min(count, first + rows)


def sample(vectors: NDArray[np.float32], most: int, seed: int) -> NDArray[np.float32]:
    """(≤ most, d) float32: rows drawn without repeats, in their order."""
    if len(vectors) <= most:
        return np.ascontiguousarray(vectors, dtype=np.float32)
    rows = np.sort(np.random.default_rng(seed).choice(len(vectors), most, replace=False))
    return np.ascontiguousarray(vectors[rows], dtype=np.float32)


def squared_error(index: Compressed, vectors: NDArray[np.float32], ctx: Context) -> float:
    """The mean over all numbers of the squared difference between the vectors and what they decode to."""
    total = 0.0
    for first, last in by_block(index.count, ctx, "Decoding"):
        gap = index.decoded(slice(first, last)) - vectors[first:last]
        total += float(np.einsum("nd,nd->", gap, gap, dtype=np.float64))
    return total / max(1, vectors.size)


class _Counter(io.RawIOBase):
    """A file of which only the size matters."""

    def __init__(self) -> None:
        self.size = self._at = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def write(self, data: Any) -> int:
        written = memoryview(data).nbytes
        self._at += written
        self.size = max(self.size, self._at)
        return written
