"""Whole numbers of 8 or 4 bits: affine for each dimension, or symmetric with a scale for each row or all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import faiss
import numpy as np
import torch
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.compress.compressed import Compressed, Parts, Which, by_block, sample
from core.retrieval.compress.top import Scorer

_SAMPLE = 50_000
_QUANTILES = (0.001, 0.999)
_ROUNDS = 5
"""Of code and scale, each made to fit the other."""


def learned(
    vectors: NDArray[np.float32], bits: int, scale: str, range_: str, ctx: Context
) -> dict[str, NDArray[Any]]:
    """``low`` and ``step`` of each dimension, or the ``scale`` for all; nothing where each row has its own.

    Steps that are 0 are made 1.
    """
    if scale == "row":
        return {}
    some = sample(vectors, _SAMPLE, ctx.seed)
    ctx.progress(0, 1, "Learning ranges")
    if scale == "fixed":
        sizes = np.abs(some)
        most = float(
            np.quantile(sizes, 1 - 2 * _QUANTILES[0]) if range_ == "quantiles" else sizes.max(initial=0)
        )
        return {"scale": np.array([most / (2 ** (bits - 1) - 1) or 1.0], np.float32)}
    if range_ == "quantiles":
        low, high = np.quantile(some, _QUANTILES, axis=0).astype(np.float32)
    else:
        low, high = some.min(axis=0), some.max(axis=0)
    step = (high - low) / np.float32(2**bits - 1)
    return {"low": low, "step": np.where(step > 0, step, np.float32(1))}


def coded(vectors: NDArray[np.float32], bits: int, learned: Parts, ctx: Context) -> dict[str, NDArray[Any]]:
    """``codes``: (n, d) int8, or (n, ⌈d/2⌉) uint8 with the first of two numbers in the upper half; and
    ``scales`` of rows that have their own."""
    count, width = vectors.shape
    codes = np.empty((count, width if bits == 8 else -(-width // 2)), np.int8 if bits == 8 else np.uint8)
    scales = np.empty(count, np.float32)
    for first, last in by_block(count, ctx, "Encoding"):
        block = np.asarray(vectors[first:last], dtype=np.float32)
        if "low" in learned:
            numbers = affine(block, learned["low"], learned["step"], bits)
        elif "scale" in learned:
            numbers = _symmetric(block, learned["scale"], bits)
        else:
            numbers, scales[first:last] = _by_row(block, bits)
        codes[first:last] = numbers if bits == 8 else _packed(numbers)
    found: dict[str, NDArray[Any]] = {"codes": codes, "width": np.array(width)}
    return found if learned else {**found, "scales": scales}


def affine(
    vectors: NDArray[np.float32], low: NDArray[Any], step: NDArray[Any], bits: int
) -> NDArray[np.int8]:
    """``clip(⌊(v - low) / step⌋, 0, 2^bits - 1) - 2^(bits - 1)``, as sentence-transformers does."""
    places = np.floor((vectors - low) / step)
    return np.asarray(np.clip(places, 0, 2**bits - 1) - 2 ** (bits - 1)).astype(np.int8)


def _symmetric(vectors: NDArray[np.float32], scale: NDArray[Any], bits: int) -> NDArray[np.int8]:
    most = 2 ** (bits - 1) - 1
    return np.asarray(np.clip(np.rint(vectors / scale), -most, most), np.int8)


def _by_row(vectors: NDArray[np.float32], bits: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes and the scale of each row that leaves least squared error, found in turn (after ALPT's learned
    step)."""
    scale = np.abs(vectors).max(axis=1, keepdims=True) / np.float32(2 ** (bits - 1) - 1)
    scale = np.where(scale > 0, scale, np.float32(1))
    for _ in range(_ROUNDS):
        codes = _symmetric(vectors, scale, bits).astype(np.float32)
        squares = (codes**2).sum(axis=1, keepdims=True)
        better = (codes * vectors).sum(axis=1, keepdims=True) / np.maximum(squares, 1)
        scale = np.where(better > 0, better, scale)
    return _symmetric(vectors, scale, bits), scale[:, 0]


def _packed(numbers: NDArray[np.int8]) -> NDArray[np.uint8]:
    raised: NDArray[np.uint8] = (numbers + np.int8(8)).astype(np.uint8)
    if raised.shape[1] % 2:
        raised = np.pad(raised, ((0, 0), (0, 1)))
    return np.asarray((raised[:, 0::2] << 4) | raised[:, 1::2], np.uint8)


class Integers(Compressed):
    """Numbers are read as float32 and scaled on the side of the query, so that a block costs one cast."""

    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]], bits: int) -> None:
        self._codes, self._bits = parts["codes"], bits
        super().__init__(line, parts, count=len(self._codes), width=int(parts["width"]))
        self._half = 2 ** (bits - 1)

    def _numbers(self, which: Which) -> torch.Tensor:
        codes = torch.from_numpy(self._codes[which])
        if self._bits == 8:
            return codes.float()
        both = torch.stack([codes >> 4, codes & 15], dim=2).flatten(1)[:, : self.width]
        return both.float() - 8

    def decoded(self, which: Which) -> NDArray[np.float32]:
        numbers = self._numbers(which).numpy()
        if "low" in self.parts:  # the middle of each step
            return np.asarray(
                self.parts["low"] + (numbers + (self._half + 0.5)) * self.parts["step"], np.float32
            )
        if "scale" in self.parts:
            return np.asarray(numbers * self.parts["scale"], np.float32)
        return np.asarray(numbers * self.parts["scales"][which][:, None], np.float32)

    def by_code(self) -> Any:
        """FAISS's scalar quantiser: its codes are these, from 0 on. It knows no scale of a row's own."""
        if "scales" in self.parts:
            return None
        steps = 2**self._bits - 1
        if "low" in self.parts:
            low, step = self.parts["low"], self.parts["step"]
        else:
            step = np.full(self.width, self.parts["scale"][0])
            low = step * -(self._half + 0.5)
        kind = faiss.ScalarQuantizer.QT_8bit if self._bits == 8 else faiss.ScalarQuantizer.QT_4bit
        index = faiss.IndexScalarQuantizer(self.width, kind, faiss.METRIC_INNER_PRODUCT)
        trained = np.concatenate([low, step * steps]).astype(np.float32)
        faiss.copy_array_to_vector(trained, index.sq.trained)
        index.is_trained = True
        if self._bits == 8:
            index.add_sa_codes(self._codes.view(np.uint8) ^ np.uint8(128))
        else:  # the first of two numbers stands in the lower half there
            index.add_sa_codes((self._codes << 4) | (self._codes >> 4))
        return index

    def scorer(self, queries: NDArray[np.float32]) -> Scorer:
        held = torch.from_numpy(queries)
        if "low" in self.parts:
            low, step = (torch.from_numpy(self.parts[name]) for name in ("low", "step"))
            scaled = held * step
            shift = held @ low + scaled.sum(dim=1) * (self._half + 0.5)
            return lambda first, last: torch.addmm(
                shift[:, None], scaled, self._numbers(slice(first, last)).T
            )
        if "scale" in self.parts:
            scaled = held * float(self.parts["scale"][0])
            return lambda first, last: scaled @ self._numbers(slice(first, last)).T
        scales = torch.from_numpy(self.parts["scales"])
        return lambda first, last: (held @ self._numbers(slice(first, last)).T) * scales[first:last]
