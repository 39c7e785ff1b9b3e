"""Bits by place, in few enough buckets to draw, of a text whose length is not known beforehand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 2_000


class Buckets:
    """Sums of bits over buckets of as many bytes, which grow twice as wide where they get too many."""

    def __init__(self) -> None:
        self.width = 1
        self._bits = np.zeros(MOST_POINTS)
        self._bytes = np.zeros(MOST_POINTS)
        self._used = 0

    def add(self, start: int, bits: NDArray[np.float64]) -> None:
        """Bits of the bytes from `start` on, (n,); NaN where a byte was not scored."""
        if not len(bits):
            return
        while start + len(bits) > self.width * MOST_POINTS:
            self._widen()
        places = (start + np.arange(len(bits))) // self.width
        known = ~np.isnan(bits)
        self._bits += np.bincount(places[known], bits[known], MOST_POINTS)
        self._bytes += np.bincount(places[known], minlength=MOST_POINTS)
        self._used = max(self._used, int(places[-1]) + 1)

    def points(self) -> list[float | None]:
        """Bits per byte of each bucket; None where nothing in it was scored."""
        return [
            round(float(bits / size), 4) if size else None
            for bits, size in zip(self._bits[: self._used], self._bytes[: self._used], strict=True)
        ]

    def _widen(self) -> None:
        half = MOST_POINTS // 2
        for sums in (self._bits, self._bytes):
            sums[:half] = sums.reshape(half, 2).sum(axis=1)
            sums[half:] = 0
        self.width *= 2
        self._used = (self._used + 1) // 2


def spread(spans: list[tuple[int, int]], bits: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """(length,) bits of each byte: a token's evenly over its bytes; NaN where a token was not scored.

    Args:
        spans: of each token, the bytes [begin, end) that it stands for; together they tile the text.
        bits: (tokens,).

    Those of a token without bytes go with the first byte behind it (the last, where there is none).
    """
    edges = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
    lengths = edges[:, 1] - edges[:, 0]
    found = np.full(length, np.nan)
    of_byte = np.repeat(np.arange(len(bits)), lengths)
    where = edges[0, 0] + np.arange(len(of_byte)) if len(of_byte) else of_byte
    found[where] = bits[of_byte] / lengths[of_byte]
    empty = (lengths == 0) & ~np.isnan(bits)
    if length and empty.any():
        np.add.at(found, np.minimum(edges[empty, 0], length - 1), bits[empty])
    return found
