"""How a tokenizer cuts numbers: the main reason why a model on another tokenizer can no longer calculate."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.tokenizers.canonical import Kind
from core.tokenizers.tokenizer import Tokenizer

Direction = Literal["left to right", "right to left"]

_NUMBERS = 20
"""Of each length."""
_LONGEST = 10
_WITH_BYTES = (Kind.TEXT, Kind.BYTE)
_SHOWN = "1234567"


@dataclass(frozen=True)
class Digits:
    """`largest`: digits in the largest group, 0 where there are no tokens for digits.

    `direction`: from which end the groups are filled; None where single digits stand alone, or where it
    depends on the number (learnt merges).
    """

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
    largest = max((size for group in groups for size in group), default=0)
    if largest <= 1:
        return Digits(largest, None)
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


# How numbers of each length are cut


@dataclass(frozen=True)
class NumberCuts:
    """How integers are cut: length → digits of each token, from the left → of how many integers it is so."""

    by_length: dict[int, dict[tuple[int, ...], int]]

    @property
    def tokens(self) -> dict[int, float]:
        """Length → mean tokens of an integer of so many digits; those without a digit are not counted."""
        return {
            length: sum(len(cut) * times for cut, times in cuts.items()) / sum(cuts.values())
            for length, cuts in self.by_length.items()
        }

    @property
    def consistent(self) -> bool:
        """Whether all integers of a length are cut alike."""
        return all(len(cuts) == 1 for cuts in self.by_length.values())

    @property
    def words(self) -> str:
        """``groups of up to 3 from the left: 123|456|7``; where it depends on the number, common cuts."""
        if not self.consistent:
            most = max(self.by_length)
            common = sorted(self.by_length[most].items(), key=lambda cut: (-cut[1], cut[0]))[:3]
            shown = ", ".join("+".join(map(str, cut)) for cut, _ in common)
            return f"depends on the number; {most} digits are mostly {shown}"
        cuts = {length: next(iter(found)) for length, found in self.by_length.items()}
        largest = max(max(cut) for cut in cuts.values())
        if largest == 1:
            return f"single digits: {_cut_up(_SHOWN, [1] * len(_SHOWN))}"
        example = _cut_up(_SHOWN, cuts.get(len(_SHOWN), ()))
        for side, full in (("left", slice(0, -1)), ("right", slice(1, None))):
            if all(size == largest for cut in cuts.values() for size in cut[full]):
                return f"groups of up to {largest} from the {side}: {example}"
        return f"the same for all integers of a length: {example}"


def number_cuts(tokenizer: Tokenizer) -> NumberCuts | None:
    """How integers of one to ten digits are cut after a space: all of up to three digits, else 1,000 of each.

    None where the tokenizer lacks a digit.

    Raises:
        UserError: the tokenizer cannot encode digits.
    """
    entries = tokenizer.vocabulary.entries

    @cache
    def digits(id: int) -> int:
        token = entries[id]
        spelt = token.bytes if token is not None and token.kind in _WITH_BYTES else b""
        return sum(byte in b"0123456789" for byte in spelt)

    by_length: dict[int, dict[tuple[int, ...], int]] = {}
    for length in range(1, _LONGEST + 1):
        found: Counter[tuple[int, ...]] = Counter()
        for ids in tokenizer.ids([f" {number}" for number in _integers(length)]):
            cut = tuple(filter(None, map(digits, ids)))
            if sum(cut) != length:
                return None
            found[cut] += 1
        by_length[length] = dict(found)
    return NumberCuts(by_length)


def _integers(length: int) -> Sequence[int]:
    first, end = 10 ** (length - 1) if length > 1 else 0, 10**length
    return range(first, end) if length <= 3 else random.Random(length).sample(range(first, end), 1_000)


def _cut_up(number: str, sizes: Sequence[int]) -> str:
    places = list(itertools.accumulate(sizes, initial=0))
    return "|".join(number[begin:end] for begin, end in itertools.pairwise(places))
