"""How a tokenizer cuts numbers: the main reason why a model on another tokenizer can no longer calculate."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from core.tokenizers.open import Tokenizer

Direction = Literal["left to right", "right to left"]

_NUMBERS = 20
"""Of each length."""
_LONGEST = 10


@dataclass(frozen=True)
class Digits:
    """`largest`: digits in the largest group. `direction`: from which end the groups are filled; None where
    single digits stand alone, or where it depends on the number (learnt merges)."""

    largest: int
    direction: Direction | None

    @property
    def single(self) -> bool:
        """Every digit is a token of its own."""
        return self.largest == 1


def digit_groups(tokenizer: Tokenizer) -> Digits:
    """Found by encoding numbers of one to ten digits, after a space, always the same ones.

    Raises:
        UserError: the tokenizer cannot encode digits.
    """
    groups = [_groups(tokenizer, number) for number in _numbers()]
    largest = max(max(group) for group in groups)
    if largest == 1:
        return Digits(1, None)
    full_first = all(size == largest for group in groups for size in group[:-1])
    full_last = all(size == largest for group in groups for size in group[1:])
    if full_first == full_last:
        return Digits(largest, None)
    return Digits(largest, "left to right" if full_first else "right to left")


def _numbers() -> list[str]:
    source = random.Random(0)
    return [
        str(source.randrange(10 ** (length - 1), 10**length))
        for length in range(1, _LONGEST + 1)
        for _ in range(_NUMBERS)
    ]


def _groups(tokenizer: Tokenizer, number: str) -> list[int]:
    """How many digits each token holds, those without any left out."""
    spans = tokenizer.encode(f" {number}").spans
    digits = [end - max(begin, 1) for begin, end in spans]
    return [count for count in digits if count > 0]
