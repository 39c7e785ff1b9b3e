"""What every measure is. A measure in a new file beside this one is found by being there.

The text is never walked for a measure. It is cut into *units* (see `core.tokenizers.compare.units`): pieces
that every tokenizer cuts alike wherever they stand. Each distinct unit is looked at once, and counted; a
measure says what it wants to know of one unit, or of how often each token occurred.
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
class Unit:
    """One distinct unit under one tokenizer: its text and how it is cut in the middle of a text.

    `spans` are bytes of the unit's UTF-8 (without gaps; a dropped space belongs to the token after it).
    `exact`: the bytes of the tokens, joined, are those of the unit.
    """

    text: str
    data: bytes
    ids: Sequence[int]
    spans: Sequence[tuple[int, int]]
    exact: bool


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

    Columns that are always there: ``tokens``, ``bytes``, ``characters``, ``lines``, ``documents``, ``words``.
    A measure may bring its own by `columns`. Intervals come from resampling documents, whose sums are kept.
    """

    numerator: ClassVar[str]
    denominator: ClassVar[str]

    def columns(self, unit: Unit, tokenizer: Tokenizer) -> Mapping[str, int]:
        """Column → what one occurrence of this unit adds to it; a column of the same name is the same."""
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

    def columns(self, first: Unit, second: Unit) -> Mapping[str, int]:
        """Column → what one occurrence of this unit adds to it; both are of the same text."""
        raise NotImplementedError

    def value(self, sums: Mapping[str, int]) -> float | None:
        raise NotImplementedError


_M = TypeVar("_M", bound=type[Measure])


def measure(cls: _M) -> _M:
    """Register a measure."""
    if cls.key in MEASURES:
        raise ValueError(f"measure {cls.key!r} is registered twice")
    MEASURES[cls.key] = cls()
    return cls
