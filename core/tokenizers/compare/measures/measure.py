"""What every measure is. A measure in a new file beside this one is found by being there.

The text is never walked for a measure. It is cut into *units* (see `core.tokenizers.compare.units`): pieces
that every tokenizer cuts alike wherever they stand. Each distinct unit is looked at once, and counted; a
measure says what it wants to know of some thousand units at once, or of how often each token occurred.
A hundred megabytes have half a million distinct units, so a measure works on arrays, never unit by unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.tokenizers.tokenizer import Tokenizer

MEASURES: dict[str, Measure] = {}
"""Key → measure, in the order in which a table shows them."""


@dataclass(frozen=True)
class TokenTable:
    """What the tokens of a vocabulary are, by id: arrays [V], V the size of the vocabulary; made once."""

    length: NDArray[np.int64]
    """Bytes; 0 for special and unused tokens."""
    text: NDArray[np.bool_]
    byte: NDArray[np.bool_]
    """One byte of a character that the vocabulary lacks (`Kind.BYTE`)."""
    special: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    """Stands for what the vocabulary lacks; special as well."""
    white: NDArray[np.bool_]
    """Text or byte of white space alone."""
    broken: NDArray[np.bool_]
    """Text or byte that is no whole UTF-8 by itself."""


@dataclass(frozen=True)
class Units:
    """Some distinct units under one tokenizer: n units, of b bytes, k tokens and w words in all.

    Each array runs through all units, one after the other; no token and no word is in two of them. Offsets
    are bytes of `data`, all int64.
    """

    tokenizer: Tokenizer
    table: TokenTable
    texts: Sequence[str]
    """[n]"""
    data: NDArray[np.uint8]
    """[b]: the UTF-8 of all units, joined."""
    edges: NDArray[np.int64]
    """[n + 1]: unit i is ``data[edges[i]:edges[i + 1]]``."""
    ids: NDArray[np.int64]
    """[k]"""
    token_edges: NDArray[np.int64]
    """[n + 1]: unit i has the tokens ``ids[token_edges[i]:token_edges[i + 1]]``; it may have none."""
    begins: NDArray[np.int64]
    """[k]: where each token begins; ascending."""
    ends: NDArray[np.int64]
    """[k]: where it ends, which is where the next one of the unit begins; a token may be empty."""
    exact: NDArray[np.bool_]
    """[n]: whether the bytes of the unit's tokens, joined, are those of the unit."""
    word_begins: NDArray[np.int64]
    """[w]: where each word begins, white space before it left out; ascending. A word has at least a byte."""
    word_ends: NDArray[np.int64]
    word_edges: NDArray[np.int64]
    """[n + 1]: unit i has the words from ``word_edges[i]`` to ``word_edges[i + 1]``."""

    def sum_tokens(self, values: NDArray[np.generic]) -> NDArray[np.int64]:
        """[k] numbers or truths, one a token → [n]: their sum in each unit."""
        return _sums(values, self.token_edges)

    def sum_words(self, values: NDArray[np.generic]) -> NDArray[np.int64]:
        """[w] → [n]"""
        return _sums(values, self.word_edges)

    def sum_bytes(self, values: NDArray[np.generic]) -> NDArray[np.int64]:
        """[b] → [n]"""
        return _sums(values, self.edges)


def _sums(values: NDArray[np.generic], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    running = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=running[1:])
    found: NDArray[np.int64] = np.diff(running[edges])
    return found


@dataclass(frozen=True)
class Counts:
    """How often each token occurred; int64 [V], V the size of the vocabulary.

    `tokenizer` says what they are; `alpha` is the request's order of Rényi entropy.
    """

    counts: NDArray[np.int64]
    tokenizer: Tokenizer
    table: TokenTable
    alpha: float = 2.5

    @property
    def tokens(self) -> int:
        return int(self.counts.sum())


class Measure:
    """Base: the words of a table's head. See the four kinds below; instances hold no state."""

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

    Columns that are always there: ``tokens``, ``bytes``, ``characters``, ``lines`` (line ends), ``documents``
    and ``words``. A ratio with ``words`` in it, or of a measure with `of_words`, is left out of a text whose
    words are not known. A measure may bring columns of its own. Intervals come from resampling documents,
    whose sums are kept.
    """

    numerator: ClassVar[str]
    denominator: ClassVar[str]
    of_words: ClassVar[bool] = False

    def columns(self, units: Units) -> Mapping[str, NDArray[np.int64]]:
        """Column → [n]: what one occurrence of each unit adds to it. Two measures' columns of the same name
        are the same: the first one's are taken."""
        return {}


class OfCounts(Measure):
    """A figure of how often each token occurred on a text."""

    def value(self, counts: Counts) -> float | None:
        """None where it has no meaning (one type only, no token at all)."""
        raise NotImplementedError


class OfTokenizer(Measure):
    """A figure of the tokenizer alone, from its vocabulary or from strings that it is tried on."""

    def value(self, tokenizer: Tokenizer) -> float | None:
        raise NotImplementedError


class OfVocabularies(Measure):
    """A figure of two tokenizers' vocabularies."""

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        raise NotImplementedError


class OfBoundaries(Measure):
    """A figure of how two tokenizers cut the same text: a function of sums over units."""

    def columns(self, first: Units, second: Units) -> Mapping[str, NDArray[np.int64]]:
        """Column → [n]: what one occurrence of each unit adds to it; both are of the same texts.

        A unit's own begin is a place where a token begins, except in a text's very first unit: the column
        ``documents`` of `value`'s sums says how many of these there are.
        """
        raise NotImplementedError

    def value(self, sums: Mapping[str, int]) -> float | None:
        """`sums`: of its columns, and ``documents``."""
        raise NotImplementedError


_M = TypeVar("_M", bound=type[Measure])


def measure(cls: _M) -> _M:
    """Register a measure."""
    if cls.key in MEASURES:
        raise ValueError(f"measure {cls.key!r} is registered twice")
    MEASURES[cls.key] = cls()
    return cls
