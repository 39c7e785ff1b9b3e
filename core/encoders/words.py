"""Word vectors as an encoder: the mean over a text's words, plain, weighted by rarity (idf), or SIF."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.encoder import Floats, Role, Texts
from core.encoders.request import EncoderFields
from core.encoders.static import TEXTS_AT_ONCE, Bags, StaticEncoder
from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.vectors.vectors import SubwordVectors, Vectors, WordVectors

if TYPE_CHECKING:
    from collections.abc import Callable

Weighting = Literal["mean", "idf", "sif"]

_VERSION = "1"
_WORD = re.compile(r"[^\W_]+")
_SIF = 1e-3
"""The `a` of SIF."""
_UNKNOWN = -1
_CASED_AMONG = 10_000
"""Words that tell whether a file's are all in lower case."""


class WordEncoder(StaticEncoder):
    """Words are runs of letters and digits, in lower case where all of the file's are. Those without a vector
    do not count.

    Args:
        vectors: of words.
        weighting: mean: all words alike. idf: ln((1 + n) / (1 + df)) + 1 for a word in df of n documents.
            sif: a / (a + p) with a = 0.001 for a word that makes up p of all words, and of each mean what
            lies along the documents' first right singular vector is taken away (Arora, Liang, Ma: A simple
            but tough-to-beat baseline for sentence embeddings, 2017). Before `fitted` they go by how
            common words are in what the vectors were learnt from, and nothing is taken away.
        digest: of the file.
    """

    def __init__(
        self, name: str, vectors: Vectors, weighting: Weighting, digest: str, *, length_1: bool = True
    ) -> None:
        self.name, self.width = name, vectors.width
        self.similarity = "cosine" if length_1 else "dot"
        self._vectors, self._weighting, self._digest = vectors, weighting, digest
        self._cased = any(word != word.lower() for word in list(vectors.words[:_CASED_AMONG]))
        self._places: Mapping[str, int] = vectors.place if isinstance(vectors, WordVectors) else _Growing()
        self._weights: NDArray[np.float64] | None = None
        self._common: Floats | None = None

    @property
    def digest(self) -> str:
        return f"words {_VERSION} {self._digest} {self._weighting} {self.similarity}"

    def first_words(self, count: int) -> list[str]:
        """Of the file, which has the commonest first, as a rule."""
        return list(self._vectors.words[:count])

    def bags(self, texts: Sequence[str], role: Role) -> Bags:
        words = [_WORD.findall(text if self._cased else text.lower()) for text in texts]
        lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        flat = chain.from_iterable(words)
        count = int(lengths.sum())
        rows = np.fromiter(map(self._place_of(), flat, repeat(_UNKNOWN)), dtype=np.int64, count=count)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        bags = Bags(rows, starts, np.zeros(len(words), dtype=bool))
        return bags.without(rows == _UNKNOWN)

    def spans(self, text: str, role: Role) -> list[tuple[int, int]]:
        place_of = self._place_of()
        found = _WORD.finditer(text if self._cased else text.lower())
        return [match.span() for match in found if place_of(match[0], _UNKNOWN) != _UNKNOWN]

    def table(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, NDArray[np.int64]]:
        place_in = np.zeros(int(rows.max(initial=-1)) + 1, dtype=np.int64)
        place_in[rows] = 1
        different = np.flatnonzero(place_in)
        place_in[different] = np.arange(len(different))
        table = self._rows(different)
        if self._weighting != "mean":
            table *= self._weight(different)[:, None]
        return torch.from_numpy(table), place_in[rows]

    def after(self, means: Floats) -> Floats:
        if self._common is None:
            return means
        return means - np.outer(means @ self._common, self._common)

    def fitted(self, documents: Texts, ctx: Context) -> WordEncoder:
        if self._weighting == "mean":
            return self
        digest = hashlib.sha256(f"{self._digest} {documents.digest}".encode()).hexdigest()
        length_1 = self.similarity == "cosine"
        fitted = WordEncoder(self.name, self._vectors, self._weighting, digest, length_1=length_1)
        fitted._places = self._places
        fitted._weights = self._learnt(documents, ctx)
        if self._weighting == "sif":
            fitted._common = fitted._first_direction(documents, ctx)
        return fitted

    def _learnt(self, documents: Texts, ctx: Context) -> NDArray[np.float64]:
        """(words,) the weight of each word."""
        counts = np.zeros(max(1, len(self._places)), dtype=np.int64)
        for first in range(0, len(documents), TEXTS_AT_ONCE):
            ctx.progress(first, len(documents), "Counting words")
            bags = self.bags(documents.texts(first, min(first + TEXTS_AT_ONCE, len(documents))), "document")
            rows = bags.rows
            if self._weighting == "idf":
                texts = np.repeat(np.arange(len(bags.cut)), np.diff(bags.starts))
                many = int(rows.max(initial=0)) + 1
                rows = np.unique(texts * many + rows) % many
            found = np.bincount(rows, minlength=len(counts))
            counts = found + np.pad(counts, (0, len(found) - len(counts)))
        if self._weighting == "idf":
            return np.asarray(np.log((1 + len(documents)) / (1 + counts)) + 1)
        return np.asarray(_SIF / (_SIF + counts / max(1, counts.sum())))

    def _first_direction(self, documents: Texts, ctx: Context) -> Floats:
        """The first right singular vector of the documents' vectors."""
        moments = np.zeros((self.width, self.width))
        for first in range(0, len(documents), TEXTS_AT_ONCE):
            ctx.progress(first, len(documents), "Finding what all documents share")
            texts = documents.texts(first, min(first + TEXTS_AT_ONCE, len(documents)))
            means = self.means(self.bags(texts, "document"))
            moments += (means.T @ means).astype(np.float64)
        return np.asarray(np.linalg.eigh(moments)[1][:, -1], dtype=np.float32)

    def _weight(self, rows: NDArray[np.int64]) -> Floats:
        """(len(rows),): of a word that was not in the documents, as if it was never seen."""
        if self._weights is not None:
            known = rows < len(self._weights)
            unseen = self._weights.max(initial=1.0)
            return np.where(known, self._weights[np.where(known, rows, 0)], unseen).astype(np.float32)
        shares = self._vectors.frequencies(len(self._vectors.words))
        shares = shares / shares.sum()
        of_rows = np.where(rows < len(shares), shares[np.minimum(rows, len(shares) - 1)], shares.min())
        weights = -np.log(of_rows) if self._weighting == "idf" else _SIF / (_SIF + of_rows)
        return np.asarray(weights, dtype=np.float32)

    def _rows(self, places: NDArray[np.int64]) -> Floats:
        if isinstance(self._vectors, WordVectors):
            return np.asarray(self._vectors.matrix[places], dtype=np.float32)
        assert isinstance(self._places, _Growing)
        return self._vectors.of([self._places.words[place] for place in places])

    def _place_of(self) -> Callable[[str, int], int]:
        """Takes a word, and what to give where it is not known."""
        places = self._places
        if isinstance(places, _Growing):
            return places.place
        if not self._cased:
            return places.get
        return lambda word, unknown: places.get(word, places.get(word.lower(), unknown))


class _Growing(dict[str, int]):
    """Any word → its place, in the order of appearance: for vectors that any string has."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def place(self, word: str, unknown: int) -> int:
        """Never `unknown`."""
        if word not in self:
            self[word] = len(self.words)
            self.words.append(word)
        return self[word]


def open_words(path: Path, fields: EncoderFields, ctx: Context, *, field: str) -> WordEncoder:
    """GloVe, word2vec or fastText, or an array with the list of its words.

    Raises:
        UserError: it cannot be read, or is damaged.
    """
    from core.vectors.read import read_vectors

    vectors = read_vectors(path, ctx, field=field)
    for note in vectors.notes:
        ctx.warn(note)
    if not isinstance(vectors, WordVectors | SubwordVectors):
        raise UserError(f"{path} holds vectors of no words.", field=field)
    digest = content_hash(path)
    return WordEncoder(path.stem, vectors, fields.words, digest, length_1=fields.normalise is not False)
