"""Vectors as places in codebooks: of parts (PQ, OPQ, VQ) or of sums (RQ, AQ). Coded and searched by FAISS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import faiss
import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.compress.compressed import Compressed, Parts, Which, by_block, sample
from core.retrieval.compress.heard import heard
from core.retrieval.compress.top import Scorer

_PER_CODEWORD = 64
"""Vectors that a codeword is learned of, at most."""
_ROUNDS = 25
_NARROW = 8
"""Vectors of fewer numbers are filled up with zeros, which FAISS clusters eight times as fast, to the same
centroids."""
_RESIDUAL_SAMPLE = 2**14
_ROTATION_SAMPLE = 2**14
_ADDITIVE_SAMPLE = 2**13
_ADDITIVE_ROUNDS = 10
_ENCODED_AT_ONCE = 2**11
Arrays = dict[str, NDArray[Any]]


def product(vectors: NDArray[np.float32], m: int | None, bits: int, ctx: Context) -> Arrays:
    """``codebooks``: (m, 2^bits, ⌈d/m⌉) float32, by k-means on each part as FAISS trains them.

    Raises:
        UserError: fewer vectors than codewords, or more parts than numbers.
    """
    width = vectors.shape[1]
    _check(vectors, bits, m)
    m = m or max(1, width // 8)
    some = sample(_padded(vectors, m) if width % m else vectors, _PER_CODEWORD * 2**bits, ctx.seed)
    return {"codebooks": _of_parts(some, m, bits, ctx), "width": np.array(width)}


def rotated_product(
    vectors: NDArray[np.float32], m: int | None, bits: int, iterations: int, ctx: Context
) -> Arrays:
    """As `product`, with the ``rotation`` (d', d') that vectors are multiplied by before.

    Raises:
        UserError: as `product`; or fewer vectors than numbers, on which FAISS would end the process.
    """
    width = vectors.shape[1]
    _check(vectors, bits, m)
    m = m or max(1, width // 8)
    some = _padded(sample(vectors, max(_PER_CODEWORD * 2**bits, width + m), ctx.seed), m)
    if len(some) < some.shape[1]:
        raise UserError(
            f"A rotation of {some.shape[1]:,} numbers needs as many vectors to be learned of, and there are "
            f"{len(some):,}.",
            field="codec",
        )
    matrix = faiss.OPQMatrix(some.shape[1], m)
    codebooks = faiss.ProductQuantizer(some.shape[1], m, bits)
    codebooks.cp.seed, codebooks.cp.min_points_per_centroid = _seed(ctx), 1
    matrix.niter, matrix.pq = iterations, codebooks
    few = sample(some, max(_ROTATION_SAMPLE, some.shape[1]), ctx.seed)
    heard(lambda: matrix.train(few), ctx, "Learning the rotation")
    rotation = faiss.vector_to_array(matrix.A).reshape(some.shape[1], some.shape[1]).T.copy()
    return {
        "codebooks": _of_parts(some @ rotation, m, bits, ctx),
        "rotation": rotation,
        "width": np.array(width),
    }


def residual(vectors: NDArray[np.float32], m: int, bits: int, ctx: Context) -> Arrays:
    """``codebooks``: (m, 2^bits, d): k-means on what the codewords before have left, one after the other."""
    _check(vectors, bits, None)
    left = sample(vectors, max(2 ** (bits + 4), _RESIDUAL_SAMPLE), ctx.seed).copy()
    codebooks = np.empty((m, 2**bits, vectors.shape[1]), np.float32)
    for stage in range(m):
        ctx.progress(stage, m, "Learning codebooks")
        codebooks[stage], places = _means(left, 2**bits, _seed(ctx) + stage, rounds=10)
        left -= codebooks[stage][places]
    return {"codebooks": codebooks, "additive": np.array(True), "width": np.array(vectors.shape[1])}


def additive(vectors: NDArray[np.float32], m: int, bits: int, ctx: Context) -> Arrays:
    """``codebooks``: (m, 2^bits, d), found together (FAISS's local search quantiser)."""
    _check(vectors, bits, None)
    some = sample(vectors, max(2 ** (bits + 2), _ADDITIVE_SAMPLE), ctx.seed)
    quantiser = _searching(vectors.shape[1], m, bits)
    quantiser.random_seed, quantiser.train_iters = _seed(ctx), _ADDITIVE_ROUNDS
    heard(lambda: quantiser.train(some), ctx, "Learning codebooks")
    codebooks = faiss.vector_to_array(quantiser.codebooks).reshape(m, 2**bits, -1).copy()
    return {
        "codebooks": codebooks,
        "additive": np.array(True),
        "search": np.array(True),
        "width": np.array(vectors.shape[1]),
    }


def single(vectors: NDArray[np.float32], bits: int, ctx: Context) -> Arrays:
    """``codebooks``: (1, 2^bits, d)."""
    return product(vectors, 1, bits, ctx)


def coded(vectors: NDArray[np.float32], learned: Parts, ctx: Context, *, beam: int = 1) -> Arrays:
    """``codes``: (n, bytes) uint8 as FAISS packs them."""
    quantiser = _quantiser(learned, beam)
    codes = np.empty((len(vectors), quantiser.code_size), np.uint8)
    for first, last in by_block(len(vectors), ctx, "Encoding", _ENCODED_AT_ONCE):
        codes[first:last] = quantiser.compute_codes(_turned(vectors[first:last], learned))
    return {"codes": codes}


class Codebooks(Compressed):
    """Few queries are compared by looking up each codeword's product with them (ADC), many by decoding."""

    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]]) -> None:
        self._codes = parts["codes"]
        super().__init__(line, parts, count=len(self._codes), width=int(parts["width"]))
        self._quantiser = _quantiser(parts)

    def decoded(self, which: Which) -> NDArray[np.float32]:
        vectors = self._inner(which)
        if "rotation" in self.parts:
            vectors = vectors @ self.parts["rotation"].T
        return np.ascontiguousarray(vectors[:, : self.width])

    def _inner(self, which: Which) -> NDArray[np.float32]:
        return np.asarray(self._quantiser.decode(self._codes[which]))

    def scorer(self, queries: NDArray[np.float32]) -> Scorer:
        held = torch.from_numpy(_turned(queries, self.parts))
        return lambda first, last: held @ torch.from_numpy(self._inner(slice(first, last))).T

    def as_coded(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        return _turned(queries, self.parts)

    def by_code(self) -> Any:
        m, words, size = self.parts["codebooks"].shape
        if size == 2 and words < 8:  # FAISS has no tables for these
            return None
        bits = words.bit_length() - 1
        width, dot = self._quantiser.d, faiss.METRIC_INNER_PRODUCT
        index: Any
        if "search" in self.parts:
            index = faiss.IndexLocalSearchQuantizer(width, m, bits, dot)
            _fill(index.lsq.codebooks, self.parts["codebooks"])
            index.lsq.is_trained = True
        elif "additive" in self.parts:
            index = faiss.IndexResidualQuantizer(width, m, bits, dot)
            _fill(index.rq.codebooks, self.parts["codebooks"])
            index.rq.is_trained = True
        else:
            index = faiss.IndexPQ(width, m, bits, dot)
            _fill(index.pq.centroids, self.parts["codebooks"])
        index.is_trained = True
        index.add_sa_codes(self._codes)
        return index

    def diagnostics(self) -> dict[str, float]:
        """``perplexity``: exp of the entropy of a codebook's use, the mean of all codebooks; ``dead``: the
        share of codewords that no document has."""
        m, words, _ = self.parts["codebooks"].shape
        places = faiss.unpack_bitstrings(self._codes, m, words.bit_length() - 1)
        counts = np.stack([np.bincount(column, minlength=words) for column in places.T])
        shares = counts / max(1, self.count)
        entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1)
        return {"perplexity": float(np.exp(entropy).mean()), "dead": float((counts == 0).mean())}


def _of_parts(some: NDArray[np.float32], m: int, bits: int, ctx: Context) -> NDArray[np.float32]:
    """Part after part, so that a stop is heard; the same centroids as FAISS's product quantiser learns."""
    size = some.shape[1] // m
    codebooks = np.empty((m, 2**bits, size), np.float32)
    for part in range(m):
        ctx.progress(part, m, "Learning codebooks")
        piece = np.ascontiguousarray(some[:, part * size : (part + 1) * size])
        codebooks[part], _ = _means(piece, 2**bits, _seed(ctx), rounds=_ROUNDS)
    return codebooks


def _means(
    vectors: NDArray[np.float32], count: int, seed: int, *, rounds: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """k-means: (count, d) centroids, and the nearest of them for each vector."""
    width = vectors.shape[1]
    vectors = _padded(vectors, _NARROW) if width < _NARROW else vectors
    means: Any = faiss.Kmeans(vectors.shape[1], count, niter=rounds, seed=seed, min_points_per_centroid=1)
    means.train(vectors)
    _, places = means.index.search(vectors, 1)
    return means.centroids[:, :width], places[:, 0]


def _quantiser(learned: Parts, beam: int = 1) -> Any:
    """FAISS's quantiser with these codebooks."""
    m, words, size = learned["codebooks"].shape
    bits = words.bit_length() - 1
    quantiser: Any
    if "search" in learned:
        quantiser = _searching(size, m, bits)
    elif "additive" in learned:
        quantiser = faiss.ResidualQuantizer(size, m, bits)
        quantiser.max_beam_size = beam
    else:
        quantiser = faiss.ProductQuantizer(size * m, m, bits)
        _fill(quantiser.centroids, learned["codebooks"])
        return quantiser
    _fill(quantiser.codebooks, learned["codebooks"])
    quantiser.is_trained = True
    return quantiser


def _searching(width: int, m: int, bits: int) -> Any:
    quantiser = faiss.LocalSearchQuantizer(width, m, bits)
    quantiser.nperts = min(quantiser.nperts, m)  # codewords that are changed at once
    return quantiser


def _fill(vector: Any, values: NDArray[Any]) -> None:
    faiss.copy_array_to_vector(np.ascontiguousarray(values, np.float32).ravel(), vector)


def _turned(vectors: NDArray[np.float32], learned: Parts) -> NDArray[np.float32]:
    """As the quantiser takes them: with zeros up to a multiple of the parts, and rotated."""
    m, _, size = learned["codebooks"].shape
    wide = size if "additive" in learned else m * size
    vectors = np.asarray(vectors, np.float32)
    if vectors.shape[1] < wide:
        vectors = np.pad(vectors, ((0, 0), (0, wide - vectors.shape[1])))
    if "rotation" in learned:
        vectors = vectors @ learned["rotation"]
    return np.ascontiguousarray(vectors)


def _padded(vectors: NDArray[np.float32], m: int) -> NDArray[np.float32]:
    spare = -vectors.shape[1] % m
    return np.pad(vectors, ((0, 0), (0, spare))) if spare else vectors


def _check(vectors: NDArray[np.float32], bits: int, m: int | None) -> None:
    count, width = vectors.shape
    if count < 2**bits:
        raise UserError(
            f"A codebook of {2**bits:,} codewords needs as many vectors, and there are {count:,}: ask for "
            f"fewer bits.",
            field="codec",
        )
    if m is not None and m > width:
        raise UserError(f"Vectors of {width} numbers cannot be cut into {m} parts.", field="codec")


def _seed(ctx: Context) -> int:
    """FAISS takes a positive int of 32 bits."""
    return 1 + ctx.seed % (2**31 - 1)
