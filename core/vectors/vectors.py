"""`Vectors`: what all static vectors are, wherever they come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Vectors(ABC):
    """Vectors of `width` for `words`, the most frequent first where the file has them in that order.

    `counts` (n,): how often each word occurred in what they were learnt from; empty where that is not known.
    `notes`: sentences on what was left out of a file.
    """

    words: Sequence[str]
    width: int
    counts: Sequence[int] = ()
    notes: tuple[str, ...] = ()
    subwords = False
    """Whether a string that is no word has a vector, too."""

    @abstractmethod
    def of(self, strings: Sequence[str]) -> Floats:
        """(len(strings), width) float32; zeros where nothing is known of a string."""

    @cached_property
    def place(self) -> dict[str, int]:
        """Word → its place in `words`; the first of several."""
        found: dict[str, int] = {}
        for place, word in enumerate(self.words):
            found.setdefault(word, place)
        return found

    def frequencies(self, count: int) -> NDArray[np.float64]:
        """(count,) how often each of the first words occurs, as shares of the first's.

        Where the counts are not known, by Zipf's law from the places: 1, 1/2, 1/3…
        """
        if len(self.counts):
            counts = np.asarray(self.counts[:count], dtype=np.float64)
            return counts / max(1.0, float(counts.max(initial=1.0)))
        return 1.0 / np.arange(1, count + 1)


class WordVectors(Vectors):
    """One vector for each word, and none for anything else.

    Args:
        matrix: (n, width) of any float type; may be a view of a file.
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: NDArray[np.floating],
        *,
        counts: Sequence[int] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self.words, self.matrix, self.counts, self.notes = words, matrix, counts, tuple(notes)
        self.width = int(matrix.shape[1])

    def of(self, strings: Sequence[str]) -> Floats:
        found = np.zeros((len(strings), self.width), dtype=np.float32)
        places = np.array([self.place.get(string, -1) for string in strings], dtype=np.int64)
        there = np.flatnonzero(places >= 0)
        found[there] = self.matrix[places[there]]
        return found


class SubwordVectors(Vectors):
    """fastText's vectors (arXiv 1607.04606): a string's is the mean of those of its n-grams of characters; a
    word's also of its own.

    Args:
        matrix: (words + buckets, width) float32: one row for each word, and those that n-grams share by hash.
        ngrams: the shortest and the longest, in characters.
    """

    subwords = True

    def __init__(
        self,
        words: Sequence[str],
        matrix: Floats,
        ngrams: tuple[int, int],
        *,
        counts: Sequence[int] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self.words, self.matrix, self.ngrams = words, matrix, ngrams
        self.counts, self.notes = counts, tuple(notes)
        self.width = int(matrix.shape[1])

    def of(self, strings: Sequence[str]) -> Floats:
        from gensim.models.fasttext import ft_ngram_hashes

        found = np.zeros((len(strings), self.width), dtype=np.float32)
        buckets = len(self.matrix) - len(self.words)
        for row, string in enumerate(strings):
            if not string:
                continue
            hashes = ft_ngram_hashes(string, *self.ngrams, buckets) if buckets else []
            rows = [len(self.words) + hash for hash in hashes]
            if (place := self.place.get(string)) is not None:
                rows.append(place)
            if rows:
                found[row] = self.matrix[rows].mean(axis=0)
        return found
