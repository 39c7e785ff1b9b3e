"""What every measure is. A measure in a new file beside this one is found by being there.

The text is never walked for a measure. It is cut into *units* (see `core.tokenizers.compare.units`): pieces
that every tokenizer cuts alike wherever they stand, and in which words lie whole. Each distinct unit is
looked at once, many together in flat arrays, and counted; a measure says what it wants to know of units, or
of how often each token occurred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.tokenizer import Tokenizer

MEASURES: dict[str, Measure] = {}
"""Key → measure, in the order in which a table shows them."""


@dataclass(frozen=True)
class Units:
    """U distinct units under one tokenizer, T tokens in all: how each is cut in the middle of a text.

    All places are bytes of `data`, the UTF-8 of the units one after the other; B bytes in all. The spans of a
    unit's tokens cover it without gaps (a dropped space belongs to the token after it), if it has tokens.
    """

    data: NDArray[np.uint8]
    """[B]"""
    begins: NDArray[np.int64]
    """[U + 1]; unit *u* is ``data[begins[u]:begins[u + 1]]``."""
    words: NDArray[np.int64]
    """[W, 2]; begin and end of each word (see `core.tokenizers.compare.words`), by place."""
    ids: NDArray[np.int64]
    """[T]"""
    first_tokens: NDArray[np.int64]
    """[U + 1]; the tokens of unit *u* are ``ids[first_tokens[u]:first_tokens[u + 1]]``."""
    spans: NDArray[np.int64]
    """[T, 2]"""

    @property
    def count(self) -> int:
        """U"""
        return len(self.begins) - 1

    @cached_property
    def character_starts(self) -> NDArray[np.bool_]:
        """[B]; whether a character begins at this byte."""
        found: NDArray[np.bool_] = (self.data & 0xC0) != 0x80
        return found

    def sum_tokens(self, values: NDArray[np.bool_] | NDArray[np.int64]) -> NDArray[np.int64]:
        """int64 [U]: a value of each token, [T], summed by unit."""
        return _sums(values, self.first_tokens)

    def sum_bytes(self, values: NDArray[np.bool_] | NDArray[np.int64]) -> NDArray[np.int64]:
        """int64 [U]: a value of each byte, [B], summed by unit."""
        return _sums(values, self.begins)

    def sum_words(self, values: NDArray[np.bool_] | NDArray[np.int64]) -> NDArray[np.int64]:
        """int64 [U]: a value of each word, [W], summed by unit."""
        return _sums(values, np.searchsorted(self.words[:, 0], self.begins))


@dataclass(frozen=True)
class Counts:
    """How often each token occurred; int64 [V], V the size of the vocabulary. `tokens` is their sum.

    `tokenizer` says what they are; `alpha` is the request's order of Rényi entropy.
    """

    counts: NDArray[np.int64]
    tokenizer: Tokenizer
    alpha: float = 2.5

    @property
    def tokens(self) -> int:
        return int(self.counts.sum())


class Measure:
    """Base: the words of a table's head. See the kinds below; instances hold no state."""

    key: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str] = ""
    description: ClassVar[str]
    better: ClassVar[Literal["low", "high", ""]] = ""
    digits: ClassVar[int] = 3
    order: ClassVar[int] = 50
    """Where it stands in a table: the smallest first."""


class Ratio(Measure):
    """A ratio of sums over the text: `numerator` / `denominator`, each the name of a column.

    Columns that are always there: ``tokens``, ``bytes``, ``characters``, ``lines``, ``documents``, ``words``.
    A measure may bring its own by `columns`. Intervals come from resampling documents, whose sums are kept.
    """

    numerator: ClassVar[str]
    denominator: ClassVar[str]

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        """Column → what one occurrence of each unit adds to it, int64 [U]; of one name, they are the same."""
        return {}

    def applies(self, tokenizer: Tokenizer) -> bool:
        """Whether it means anything for this tokenizer; where not, its figure is left out."""
        return True


class OfCounts(Measure):
    """A figure of how often each token occurred on a text."""

    def value(self, counts: Counts) -> float | None:
        """None where it has no meaning (one type only, no token at all)."""
        raise NotImplementedError


class OfTokenizer(Measure):
    """A figure of the tokenizer alone, from its vocabulary or from strings that it is tried on."""

    def value(self, tokenizer: Tokenizer) -> float | None:
        raise NotImplementedError

    def words(self, tokenizer: Tokenizer) -> str:
        """The finding in words, where a figure does not say it: ``groups of up to 3 from the left``."""
        return ""


class OfVocabularies(Measure):
    """A figure of two tokenizers' vocabularies."""

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        raise NotImplementedError


class OfBoundaries(Measure):
    """A figure of how two tokenizers cut the same text: a function of sums over units."""

    def columns(self, first: Units, second: Units) -> Mapping[str, NDArray[np.int64]]:
        """Column → what one occurrence of each unit adds to it, int64 [U]; both are the same units."""
        raise NotImplementedError

    def value(self, sums: Mapping[str, int]) -> float | None:
        """Of the columns' sums over a text; beside them, ``documents`` says how many texts it was."""
        raise NotImplementedError


_M = TypeVar("_M", bound=type[Measure])


def measure(cls: _M) -> _M:
    """Register a measure."""
    if cls.key in MEASURES:
        raise ValueError(f"measure {cls.key!r} is registered twice")
    MEASURES[cls.key] = cls()
    return cls


def _sums(values: NDArray[np.bool_] | NDArray[np.int64], begins: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64 [n]: sums of ``values[begins[i]:begins[i + 1]]``; these may be empty."""
    until = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=until[1:])
    return until[begins[1:]] - until[begins[:-1]]
