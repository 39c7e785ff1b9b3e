"""What the tokens of a text can be tinted by: surprise, entropy, rank, the difference from another text."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol

from app.figures import fixed


class AnyToken(Protocol):
    """As `core.generation.result_parts.TokenRecord`: `start` and `end` in bytes, `logprob` natural, `entropy`
    in bits."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def logprob(self) -> float | None: ...
    @property
    def rank(self) -> int | None: ...
    @property
    def entropy(self) -> float | None: ...
    @property
    def alternatives(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Heat:
    """`most` has the strongest tint; with `signed`, what is below zero has the other colour and a line under
    it. A token without a value has no tint."""

    key: str
    title: str
    value: Callable[[AnyToken], float | None]
    words: Callable[[float], str]
    most: float
    low: str
    """What no tint means, beside the legend's one end."""
    high: str
    signed: bool = False


def bits(token: AnyToken) -> float | None:
    """−log₂ p by the model's own law."""
    return None if token.logprob is None else abs(token.logprob) / math.log(2)


def _rank(token: AnyToken) -> float | None:
    return None if token.rank is None else math.log2(1 + token.rank)


SURPRISE = Heat("surprise", "Surprise", bits, lambda v: f"{fixed(v, 1)} bits", 12, "0", "12 bits and more")
ENTROPY = Heat(
    "entropy",
    "Entropy",
    lambda token: token.entropy,
    lambda v: f"{fixed(v, 1)} bits of entropy",
    12,
    "sure",
    "12 bits and more",
)
RANK = Heat(
    "rank", "Rank", _rank, lambda v: f"rank {round(2**v):,}", 12, "the likeliest", "4,096th and further"
)
MOST_DIFFERENCE = 6


def difference(first: Sequence[AnyToken], same: int) -> Heat:
    """How many bits more a token costs than its bytes cost in the `first` text, in bytes that both say alike
    (`same` of them). The other model's tokens may begin and end elsewhere: its bits are spread evenly over
    each token's bytes.
    """
    borders = [token.start for token in first]
    ends = [token.end for token in first]
    costs = [bits(token) for token in first]
    summed = [0.0, *accumulate(cost or 0.0 for cost in costs)]

    def until(byte: int) -> float:
        """Bits of the first text's first `byte` bytes."""
        at = bisect_right(borders, byte) - 1
        if at < 0:
            return 0.0
        long = ends[at] - borders[at]
        share = min(1.0, (byte - borders[at]) / long) if long else 0.0
        return summed[at] + share * (costs[at] or 0.0)

    def value(token: AnyToken) -> float | None:
        own = bits(token)
        if own is None or token.end > same or token.end <= token.start:
            return None
        return own - (until(token.end) - until(token.start))

    return Heat(
        "difference",
        "Difference",
        value,
        lambda v: f"{fixed(v, 1, signed=True)} bits beside the first",
        MOST_DIFFERENCE,
        "fewer bits than the first",
        "more",
        signed=True,
    )
