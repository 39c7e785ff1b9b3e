"""Texts as sentences to learn vectors from: of words, or of a tokenizer's tokens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.sizes import bytes_in_words
from core.tokenizers.corpus import Text, documents, find_texts
from core.tokenizers.open import Tokenizer

WORD = re.compile(r"\w+|[^\w\s]+")
"""What counts as a word: letters and digits in a row, or marks in a row."""

_LONGEST = 1000
"""Words in a sentence; gensim leaves out what is beyond its 10,000."""
_AT_ONCE = 256


@dataclass(frozen=True)
class Words:
    """Sentences of words as they are spelt.

    Args:
        most_bytes: of all texts together, each from its start.
    """

    paths: Sequence[Path]
    most_bytes: int

    def __iter__(self) -> Iterator[list[str]]:
        for passage in passages(self.paths, self.most_bytes):
            words = WORD.findall(passage)
            for first in range(0, len(words), _LONGEST):
                yield words[first : first + _LONGEST]


@dataclass(frozen=True)
class Tokens:
    """A text as token ids: `ids` (n,) int32; passage i is between `edges` (p + 1,) int64 i and i + 1."""

    ids: NDArray[np.int32]
    edges: NDArray[np.int64]

    def named(self, names: Sequence[str]) -> TokenNames:
        """As sentences of tokens by their names; `names` by id."""
        return TokenNames(self, names)


@dataclass(frozen=True)
class TokenNames:
    tokens: Tokens
    names: Sequence[str]

    def __iter__(self) -> Iterator[list[str]]:
        edges = self.tokens.edges.tolist()
        for begin, end in itertools.pairwise(edges):
            for first in range(begin, end, _LONGEST):
                ids = self.tokens.ids[first : min(first + _LONGEST, end)].tolist()
                yield [self.names[id] for id in ids]


def tokenised(
    tokenizer: Tokenizer,
    paths: Sequence[Path],
    most_bytes: int,
    ctx: Context,
    stage: str = "Encoding the text",
) -> Tokens:
    """The texts as a tokenizer cuts them, each passage by itself.

    Raises:
        UserError: a text cannot be read or encoded, or there is none.
    """
    total = corpus_bytes(paths, most_bytes)
    parts: list[NDArray[np.int32]] = []
    lengths = [0]
    some: list[str] = []
    done = 0

    def encode() -> None:
        found = tokenizer.ids(some)
        lengths.extend(map(len, found))
        parts.append(np.array([id for ids in found for id in ids], dtype=np.int32))
        some.clear()

    for passage in passages(paths, most_bytes):
        ctx.progress(min(done, total), total, stage)
        some.append(passage)
        done += len(passage)
        if len(some) == _AT_ONCE:
            encode()
    encode()
    ids = np.concatenate(parts)
    if not len(ids):
        raise UserError("The texts to learn from hold no text.", field="corpus")
    return Tokens(ids, np.cumsum(lengths))


def passages(paths: Sequence[Path], most_bytes: int) -> Iterator[str]:
    """The texts by paragraphs, white space alone left out.

    Raises:
        UserError: a text cannot be read.
    """
    for text in _texts(paths):
        for passage in documents(text, max_bytes=_share(paths, most_bytes), field="corpus"):
            if not passage.isspace():
                yield passage


def corpus_bytes(paths: Sequence[Path], most_bytes: int) -> int:
    """What reading them gives, about; at least 1."""
    share = _share(paths, most_bytes)
    return max(1, sum(min(share, text.size) for text in _texts(paths)))


def warn_of_rest(paths: Sequence[Path], most_bytes: int, ctx: Context) -> None:
    """Says so where not all of the texts is learnt from."""
    share = _share(paths, most_bytes)
    longer = [text for text in _texts(paths) if text.size > share]
    if longer:
        ctx.warn(
            f"Of {len(longer)} of the texts to learn from, only the first {bytes_in_words(share)} were used."
        )


def _share(paths: Sequence[Path], most_bytes: int) -> int:
    return max(1, most_bytes // max(1, len(_texts(paths))))


def _texts(paths: Sequence[Path]) -> list[Text]:
    if not paths:
        raise UserError("This method learns from text: give one or more files.", field="corpus")
    return find_texts(paths, field="corpus")
