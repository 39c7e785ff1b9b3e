"""Tokenizers drawn at random from a text: a UnigramLM over its substrings (arXiv 2405.07883, section 3.2).

Substrings of at most `LONGEST` bytes within words are counted once, each by its occurrences times its
length. A draw adds Gaussian noise to the shares; how strong the noise is is itself drawn, log-normally, so
that some tokenizers follow the text closely and others hardly at all. So the authors' sampler does it, around
the same median; its sigma is 4, which makes a quarter of all draws noise alone, and for trainings a thousand
times shorter it is 2 here. The likeliest pieces and all 256 bytes make the vocabulary, ``log share`` their
scores.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.hypernetwork.words import Words

LONGEST = 16
"""Bytes of a piece."""
MOST_SUBSTRINGS = 300_000
NOISE_MEDIAN = 1e-5
NOISE_SIGMA = 2.0


@dataclass(frozen=True)
class DrawnTokenizer:
    """`pieces` (N,), the 256 bytes first, with the `scores` of a UnigramLM."""

    pieces: list[bytes]
    scores: NDArray[np.float64]

    def __post_init__(self) -> None:
        known = {piece: (id, float(self.scores[id])) for id, piece in enumerate(self.pieces)}
        object.__setattr__(self, "_known", known)

    def cut(self, word: bytes) -> list[int]:
        """Ids of the pieces whose scores sum highest (Viterbi); of equal sums, the longest last piece."""
        known: dict[bytes, tuple[int, float]] = self._known  # type: ignore[attr-defined]
        best = [0.0] + [-math.inf] * len(word)
        back = [(0, 0)] * (len(word) + 1)
        for end in range(1, len(word) + 1):
            for begin in range(max(0, end - LONGEST), end):
                found = known.get(word[begin:end])
                if found is not None and best[begin] + found[1] > best[end]:
                    best[end] = best[begin] + found[1]
                    back[end] = (begin, found[0])
        ids = []
        end = len(word)
        while end:
            end, id = back[end]
            ids.append(id)
        return ids[::-1]


class TokenizerSampler:
    """Counts the substrings of words once, and draws tokenizers from them."""

    def __init__(self, words: Words, tell: Callable[[float], None] = lambda share: None) -> None:
        """`tell` is told now and then what share of the words is counted."""
        scores: Counter[bytes] = Counter()
        for number, word in enumerate(words.distinct):
            if number % 512 == 0:
                tell(number / len(words.distinct))
            count = int(words.counts[number])
            for begin in range(len(word)):
                for end in range(begin + 2, min(begin + LONGEST, len(word)) + 1):
                    scores[word[begin:end]] += count * (end - begin)
        pieces = list(scores)
        whole = np.fromiter(scores.values(), dtype=np.float64, count=len(scores))
        best = np.argsort(-whole, kind="stable")[:MOST_SUBSTRINGS]
        self._substrings = [pieces[number] for number in best]
        self._shares = whole[best] / max(1.0, whole[best].sum())

    def draw(self, size: int, rng: np.random.Generator) -> DrawnTokenizer:
        """A tokenizer of at most `size` pieces, 256 of them single bytes, which are the least likely."""
        noise = rng.lognormal(math.log(NOISE_MEDIAN), NOISE_SIGMA)
        shares = self._shares + noise * rng.standard_normal(len(self._shares))
        count = max(0, min(size - 256, int((shares > 0).sum())))
        best = np.argpartition(-shares, count - 1)[:count] if count else np.empty(0, dtype=np.int64)
        best = best[np.lexsort((best, -shares[best]))]
        likely = np.log(shares[best])
        least = float(likely[-1]) if count else 0.0
        return DrawnTokenizer(
            [bytes([byte]) for byte in range(256)] + [self._substrings[number] for number in best],
            np.concatenate([np.full(256, least), likely]),
        )
