"""`Encoded`: the tokens of many units in flat arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EXACT, MAYBE_LOST, LOST = 0, 1, 2
"""Whether decoding gives a unit back: surely; white space may differ; surely not."""


class Encoded(NamedTuple):
    """U units, T tokens in all. `widths`: bytes of the text that each token stands for."""

    ids: NDArray[np.int64]
    """[T]"""
    widths: NDArray[np.int64]
    """[T]"""
    tokens: NDArray[np.int64]
    """[U]: how many there are of each unit."""
    loss: NDArray[np.uint8]
    """[U]: `EXACT`, `MAYBE_LOST` or `LOST`."""


def ranges(begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each begin on, as many as its length says, one range after the other."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(begins - (ends - lengths), lengths) + np.arange(total)


def merged(mask: NDArray[np.bool_], some: Encoded, rest: Encoded) -> Encoded:
    """Units of two kinds, put back in their order. `mask`: which are the first kind's."""
    tokens = np.zeros(len(mask), np.int64)
    tokens[mask], tokens[~mask] = some.tokens, rest.tokens
    loss = np.zeros(len(mask), np.uint8)
    loss[mask], loss[~mask] = some.loss, rest.loss
    begins = np.cumsum(tokens) - tokens
    ids = np.zeros(int(tokens.sum()), np.int64)
    widths = np.zeros(len(ids), np.int64)
    for which, part in ((mask, some), (~mask, rest)):
        places = ranges(begins[which], tokens[which])
        ids[places], widths[places] = part.ids, part.widths
    return Encoded(ids, widths, tokens, loss)
