"""What is answered about the tokens of a transplanted model. Figures are None where they are not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ListedToken:
    """`source` is one of `core.transplant.matching.Source`; `base_id` the base's token that was copied."""

    id: int
    text: str
    source: str
    base_id: int | None
    residual: float | None
    occurs: int | None


@dataclass(frozen=True)
class ListedTokens:
    """One page. `found` answer the question; `counts` are of all tokens, by source."""

    tokens: tuple[ListedToken, ...]
    found: int
    counts: Mapping[str, int]
    has_residuals: bool
    has_occurrences: bool
    matrices: tuple[str, ...]
    """``input``, and ``head`` where the head is a matrix of its own."""
    method: str
    """The method's name, as the report has it."""
    base_known: bool


@dataclass(frozen=True)
class BuiltFrom:
    """A base token in the sum that makes a row. `text` is None where the base is not known."""

    id: int
    text: str | None
    weight: float


@dataclass(frozen=True)
class Neighbour:
    id: int
    text: str
    cosine: float
    source: str = ""
    """Of a neighbour in the new table."""


@dataclass(frozen=True)
class Lengths:
    """Of rows: 5, 25, 50, 75 and 95 % quantiles of those copied and of those made; None where none are."""

    copied: tuple[float, ...] | None
    made: tuple[float, ...] | None


@dataclass(frozen=True)
class LookedUp:
    """One token of a transplanted model.

    `bytes` are those that it stands for. `atoms` are the heaviest first. `in_new`, `in_donor` and `in_base`
    are the nearest by cosine: of its row among the new table's, of the donor's row of the same token among
    the donor's, and of its row among the base's.
    """

    token: ListedToken
    kind: str
    bytes: bytes
    base_text: str | None
    length: float | None
    lengths: Lengths
    atoms: tuple[BuiltFrom, ...] = ()
    in_new: tuple[Neighbour, ...] = ()
    in_donor: tuple[Neighbour, ...] = ()
    in_base: tuple[Neighbour, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """What could not be looked at, and why."""
