"""MaxSim: each token of the query finds its best match among the document's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import TokenStates

Floats = NDArray[np.float32]


class MaxSim(NamedTuple):
    """`total` is the sum of `best`, (query tokens,) float32: the highest product of each. `match`, (query
    tokens,) int64: the document's token that it is with."""

    total: float
    best: Floats
    match: NDArray[np.int64]


def maxsim(query: Floats, document: Floats) -> MaxSim:
    """Of token vectors, (i, d) and (j, d), of length 1 where cosines are meant; j ≥ 1."""
    products = query @ document.T
    match = products.argmax(axis=1)
    best = np.take_along_axis(products, match[:, None], axis=1)[:, 0]
    return MaxSim(float(best.astype(np.float64).sum()), best, match)


def token_vectors(states: TokenStates) -> tuple[Floats, NDArray[np.int64]]:
    """(tokens, d) of length 1, and which tokens they are; those that the tokenizer put there are left out,
    since they are in every text."""
    places = np.flatnonzero(~states.special)
    vectors = states.states[places].astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-12), places
