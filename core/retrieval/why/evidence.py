"""The score of two texts split among the words and tokens of one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import Encoder, Floats, Role, TokenStates
from core.jobs.context import Context
from core.retrieval.why.words import WORD

_PARALLEL = 1e-4
"""How far from 1 the cosine of a pooled vector and the encoder's may be, where only length lies between."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two vectors of one encoder, and how it compares them."""

    similarity: str

    def score(self, a: Floats, b: Floats) -> NDArray[np.float64]:
        """Of (n, width) and (width,): the score it ranks by: product, or distance with a minus."""
        first, second = a.astype(np.float64), b.astype(np.float64)
        if self.similarity == "euclidean":
            return np.asarray(-np.linalg.norm(first - second, axis=-1))
        return np.asarray(first @ second)


def additive_shares(states: TokenStates, vector: Floats, other: Floats) -> NDArray[np.float64] | None:
    """(tokens,): w ⟨other, h⟩ |v| / |Σ w h| of each token; they sum to ⟨other, v⟩. h are the states, w the
    weights of the pooling. None where the vector is not made so: of the maximum, or through a layer.

    Args:
        vector: (width,), the text's. It may be the first dimensions only.
        other: (width,), of the text that it is compared with.
    """
    if not len(states.ids):
        return None
    kept = states.states[:, : len(vector)].astype(np.float64)
    weighted = kept * states.weights[:, None]
    pooled = weighted.sum(axis=0)
    lengths = float(np.linalg.norm(pooled)), float(np.linalg.norm(vector))
    if not all(lengths) or pooled @ vector < (1 - _PARALLEL) * lengths[0] * lengths[1]:
        return None
    return np.asarray(weighted @ other.astype(np.float64) * (lengths[1] / lengths[0]))


def words_in(text: str) -> Iterator[tuple[int, int]]:
    """First character and the one after the last of each word."""
    for found in re.finditer(WORD, text):
        yield found.span()


def left_out(
    encoder: Encoder,
    text: str,
    role: Role,
    score: Callable[[Floats], NDArray[np.float64]],
    most: int,
    ctx: Context,
    stage: str,
) -> tuple[list[tuple[int, int, float]], int]:
    """How much the score falls where a word is left out and the rest encoded again, of the first `most`
    words: first character, the one after the last, fall; and how many words there are beyond.

    Args:
        score: of (n, width) vectors.
    """
    spans = list(words_in(text))
    tried = spans[:most]
    texts = [text, *(text[:start] + text[end:] for start, end in tried)]
    whole, *left = score(encoder.encode(texts, ctx, role=role, stage=stage)).tolist()
    found = [(*span, whole - value) for span, value in zip(tried, left, strict=True)]
    return found, len(spans) - len(tried)
