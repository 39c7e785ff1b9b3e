"""Integers that are one token, without and with a space before."""

from __future__ import annotations

from typing import ClassVar

from core.tokenizers.compare.measures.measure import OfTokenizer, measure
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.compare.single_tokens import single_tokens
from core.tokenizers.tokenizer import Tokenizer


@once_for_each
def _single(tokenizer: Tokenizer) -> dict[bytes, list[bool]]:
    """What stands before an integer → for each from 0 to 9999, whether both are one token."""
    numbers = [str(number).encode() for number in range(10_000)]
    flags = single_tokens(tokenizer, [*numbers, *(b" " + number for number in numbers)])
    return {b"": flags[:10_000], b" ": flags[10_000:]}


class _Integers(OfTokenizer):
    below: ClassVar[int]
    before: ClassVar[bytes] = b""

    def value(self, tokenizer: Tokenizer) -> float | None:
        return sum(_single(tokenizer)[self.before][: self.below]) / self.below


class _SpacedIntegers(_Integers):
    before = b" "


@measure
class To9(_Integers):
    key = "integers_to_9"
    title = "0–9 in one token"
    description = "Share of the integers from 0 to 9 that are one token in the middle of a text."
    order = 61
    below = 10


@measure
class To99(_Integers):
    key = "integers_to_99"
    title = "0–99 in one token"
    description = "Share of the integers from 0 to 99 that are one token in the middle of a text."
    order = 61
    below = 100


@measure
class To999(_Integers):
    key = "integers_to_999"
    title = "0–999 in one token"
    description = "Share of the integers from 0 to 999 that are one token in the middle of a text."
    order = 61
    below = 1_000


@measure
class To9999(_Integers):
    key = "integers_to_9999"
    title = "0–9999 in one token"
    description = "Share of the integers from 0 to 9999 that are one token in the middle of a text."
    order = 61
    below = 10_000


@measure
class SpacedTo9(_SpacedIntegers):
    key = "spaced_integers_to_9"
    title = "0–9 and a space in one token"
    description = "Share of the integers from 0 to 9 that are one token together with the space before."
    order = 62
    below = 10


@measure
class SpacedTo99(_SpacedIntegers):
    key = "spaced_integers_to_99"
    title = "0–99 and a space in one token"
    description = "Share of the integers from 0 to 99 that are one token together with the space before."
    order = 62
    below = 100


@measure
class SpacedTo999(_SpacedIntegers):
    key = "spaced_integers_to_999"
    title = "0–999 and a space in one token"
    description = "Share of the integers from 0 to 999 that are one token together with the space before."
    order = 62
    below = 1_000


@measure
class SpacedTo9999(_SpacedIntegers):
    key = "spaced_integers_to_9999"
    title = "0–9999 and a space in one token"
    description = "Share of the integers from 0 to 9999 that are one token together with the space before."
    order = 62
    below = 10_000
