"""Text in chunks of random length, as supertokens are learnt from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from tokenizers import pre_tokenizers

from core.tokenizers.train.byte_level import in_bytes, lines

Integers = npt.NDArray[np.int64]

SEPARATOR = "\U0010fffd"
"""A private character; a text that holds it is cut there."""

CHUNKS = pre_tokenizers.Sequence([pre_tokenizers.Split(SEPARATOR, "removed"), in_bytes()])

_SHORT = (1, 2, 3)
_WIDTHS = 4
"""Standard deviations beyond which no length lies."""


class Lengths:
    """Random lengths of chunks, in characters.

    With probability `short_share` one to three, each as likely; else a normal distribution over whole numbers
    from one on (arXiv 2505.09738 draws from a discrete distribution that the user gives).
    """

    def __init__(self, mean: float, spread: float, short_share: float, seed: int) -> None:
        reach = _WIDTHS * spread
        self._values = np.arange(max(1, round(mean - reach)), max(1, round(mean + reach)) + 1)
        weights = np.exp(-(((self._values - mean) / spread) ** 2) / 2) if spread else np.ones(1)
        if spread == 0:
            self._values = self._values[:1]
        self._cumulated = np.cumsum(weights / weights.sum())
        self._short_share = short_share
        self._random = np.random.default_rng(seed)

    def cuts(self, size: int) -> list[int]:
        """Where a text of `size` characters is cut: growing places inside it."""
        found: list[int] = []
        at = 0
        while at < size:
            drawn = np.cumsum(self._draw(1 + (size - at) // max(1, int(self._values[0])))) + at
            found += drawn[drawn < size].tolist()
            at = int(drawn[-1])
        return found

    def _draw(self, count: int) -> Integers:
        which, short, how_short = self._random.random((3, count))
        places = np.minimum(np.searchsorted(self._cumulated, which, side="right"), len(self._values) - 1)
        shorts = np.array(_SHORT)[(how_short * len(_SHORT)).astype(int)]
        lengths: Integers = np.where(short < self._short_share, shorts, self._values[places])
        return lengths


def chunked(texts: Iterable[str], lengths: Lengths, longest: int) -> Iterator[str]:
    """Each text with `SEPARATOR` between its chunks; cut, too, where text is cut when it is encoded."""
    line = re.compile(lines(longest))
    for text in texts:
        cuts = {0, len(text), *lengths.cuts(len(text)), *(match.end() for match in line.finditer(text))}
        yield SEPARATOR.join(text[begin:end] for begin, end in pairwise(sorted(cuts)))
