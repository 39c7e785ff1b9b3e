"""A bit a number: found by Hamming distance, then ordered by what is known more exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import faiss
import numpy as np
import torch
from numpy.typing import NDArray

from core.collections.order import ordered
from core.jobs.context import Context
from core.retrieval.compress.compressed import Compressed, Parts, Which, by_block
from core.retrieval.compress.floats import Floats, cast
from core.retrieval.compress.integers import Integers
from core.retrieval.compress.integers import coded as whole_numbers
from core.retrieval.compress.integers import learned as ranges
from core.retrieval.compress.top import Scorer

_QUERIES = 64
_BESIDE = "beside."
_LEARNED = ("mean", "directions", "length")


def coded(
    vectors: NDArray[np.float32], learned: Parts, rescore: str, ctx: Context
) -> dict[str, NDArray[Any]]:
    """``codes``: (n, ⌈bits/8⌉) uint8, the first number in the highest bit; with the vectors themselves, as
    int8 or float16, where they are rescored by them."""
    bits = learned["directions"].shape[1] if learned else vectors.shape[1]
    codes = np.empty((len(vectors), -(-bits // 8)), np.uint8)
    for first, last in by_block(len(vectors), ctx, "Encoding"):
        codes[first:last] = packed(_laid(vectors[first:last], learned))
    found: dict[str, NDArray[Any]] = {"codes": codes, "bits": np.array(bits)}
    if rescore == "float16":
        found[f"{_BESIDE}codes"] = cast(vectors, "float16", ctx)
    elif rescore == "int8":
        scales = ranges(vectors, 8, "dimension", "all", ctx)
        beside = {**scales, **whole_numbers(vectors, 8, scales, ctx)}
        found |= {f"{_BESIDE}{name}": part for name, part in beside.items()}
    return found


def packed(numbers: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(n, ⌈d/8⌉): a bit is set where the number is above 0."""
    return np.packbits(numbers > 0, axis=1)


def _laid(vectors: NDArray[np.float32], learned: Parts) -> NDArray[np.float32]:
    if not learned:
        return vectors
    return np.asarray((vectors - learned["mean"]) @ learned["directions"], np.float32)


class Signs(Compressed):
    """Codes of the vectors themselves, or of what they are laid onto.

    Args:
        rescore: what orders the nearest: ``none`` the Hamming distance, ``bits`` the query's numbers and the
            bits as ±1, ``int8`` and ``float16`` the vectors beside them.
        candidates: how many times k are rescored.
    """

    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]], rescore: str, candidates: int) -> None:
        self._codes = parts["codes"]
        self._bits = int(parts["bits"])
        self._learned = {name: parts[name] for name in _LEARNED if name in parts}
        width = self._learned["mean"].shape[0] if self._learned else self._bits
        super().__init__(line, parts, count=len(self._codes), width=width)
        self._rescore, self._candidates = rescore, candidates
        beside = {name.removeprefix(_BESIDE): part for name, part in parts.items() if _BESIDE in name}
        self._beside: Compressed | None = None
        if beside:
            self._beside = Integers(line, beside, 8) if "low" in beside else Floats(line, beside)

    def decoded(self, which: Which) -> NDArray[np.float32]:
        """The corner of the cube, laid back; without directions, at length 1."""
        corners = self._corners(self._codes[which])
        if not self._learned:
            return corners / np.float32(self._bits**0.5)
        laid_back = (self._learned["directions"] * self._learned["length"]).T
        return np.asarray(self._learned["mean"] + corners @ laid_back, np.float32)

    def _corners(self, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, bits) of ±1."""
        bits = np.unpackbits(codes, axis=1, count=self._bits)
        return bits.astype(np.float32) * 2 - 1

    def scorer(self, queries: NDArray[np.float32]) -> Scorer:
        """By the bits alone; 1 where all are the query's, -1 where none is."""
        signs = torch.from_numpy(self._corners(packed(_laid(queries, self._learned)))) / self._bits
        return lambda first, last: signs @ torch.from_numpy(self._corners(self._codes[first:last])).T

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
        """As `Compressed.search`; scores are of what orders the nearest, which `euclidean` changes only where
        they are rescored by vectors."""
        queries = np.ascontiguousarray(queries, np.float32)
        ranks = np.arange(self.count) if ranks is None else ranks
        if self._rescore == "none":
            return super().search(queries, k, ctx, ranks=ranks, barred=barred)
        keep = min(self.count, self._candidates * k)
        index = faiss.IndexBinaryFlat(8 * self._codes.shape[1])
        index.add(self._codes)
        places = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), -np.inf)
        for first, last in by_block(len(queries), ctx, "Searching", _QUERIES):
            _, near = index.search(packed(_laid(queries[first:last], self._learned)), keep)
            shift, held = self._against_corners(queries[first:last])
            for row, query in enumerate(range(first, last)):
                there = near[row] if barred is None else near[row][near[row] != barred[query]]
                if self._beside is None:
                    found = shift[row] + self._corners(self._codes[there]) @ held[row]
                else:
                    found = _scores(queries[query], self._beside.decoded(there), euclidean)
                one, figures = ordered(there[None], found[None].astype(np.float64), ranks, k)
                places[query], scores[query] = one[0], figures[0]
        return places, scores

    def _against_corners(
        self, queries: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(q,) and (q, bits): the first plus a corner's product with the second is the query's with what the
        corner decodes to."""
        if not self._learned:
            return np.zeros(len(queries), np.float32), queries / np.float32(self._bits**0.5)
        laid = queries @ (self._learned["directions"] * self._learned["length"])
        return np.asarray(queries @ self._learned["mean"], np.float32), np.asarray(laid, np.float32)


def _scores(query: NDArray[np.float32], vectors: NDArray[np.float32], euclidean: bool) -> NDArray[np.float32]:
    if euclidean:
        return np.asarray(-np.sqrt(((vectors - query) ** 2).sum(axis=1)), np.float32)
    return np.asarray(vectors @ query, np.float32)
