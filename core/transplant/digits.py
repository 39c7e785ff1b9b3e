"""Digits that two tokenizers group differently: the main reason why a graft calculates worse.

The OMP paper (arXiv 2506.06607) names it the critical case. Both tokenizers are tried, and nothing is taken
from their names: 1,000 numbers, always the same, as they stand in a text.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from core.tokenizers.digits import Digits, NumberCuts, digit_groups, number_cuts
from core.tokenizers.open import Tokenizer
from core.transplant.result import DigitsFigures

NUMBERS = 1_000
_EXAMPLES = 8


def digits_warning(base: Tokenizer, target: Tokenizer) -> str | None:
    """A sentence where the two cut numbers differently (arXiv 2506.06607), else None.

    Raises:
        UserError: one of them cannot encode digits.
    """
    return _warning(digit_groups(base), digit_groups(target)) or None


def digits_figures(base: Tokenizer, target: Tokenizer) -> DigitsFigures:
    """How both cut numbers, how bad that is, and what can be done about it.

    Raises:
        UserError: one of them cannot encode digits.
    """
    one, other = digit_groups(base), digit_groups(target)
    numbers = sampled_numbers()
    pairs = [(number, _pieces(base, number), _pieces(target, number)) for number in numbers]
    differing = [pair for pair in pairs if pair[1] != pair[2]]
    severity: Literal["none", "some", "severe"] = "none"
    if one.largest != other.largest:
        severity = "severe"
    elif differing:
        severity = "some"
    return DigitsFigures(
        base=_words(number_cuts(base)),
        target=_words(number_cuts(target)),
        same=(len(pairs) - len(differing)) / len(pairs),
        severity=severity,
        numbers=len(pairs),
        warning=_warning(one, other) or (_LEARNT if differing else ""),
        remedy=_remedy(one, other) if differing else "",
        examples=[
            (number.strip(), "|".join(mine), "|".join(theirs)) for number, mine, theirs in _shown(differing)
        ],
    )


_LEARNT = "Digits: both tokenizers group them as they have learnt, but not alike: arithmetic may suffer."


def sampled_numbers() -> list[str]:
    """1,000 numbers: integers of 1 to 8 digits, decimals and dates, half of them after a space."""
    source = random.Random(0)
    found: list[str] = []
    while len(found) < NUMBERS:
        kind = len(found) // 2 % 10
        if kind < 8:
            number = str(source.randrange(10**kind if kind else 0, 10 ** (kind + 1)))
        elif kind == 8:
            number = f"{source.randrange(1_000)}.{source.randrange(10_000):04}"
        else:
            number = (
                f"{source.randrange(1800, 2100)}-{source.randrange(1, 13):02}-{source.randrange(1, 29):02}"
            )
        found += [f" {number}", number]
    return found[:NUMBERS]


def _pieces(tokenizer: Tokenizer, number: str) -> list[str]:
    """The number as it is cut, without the space before it. Text without digits stays in one piece."""
    data = number.encode()
    start = len(data) - len(data.lstrip())
    spans = [(max(begin, start), end) for begin, end in tokenizer.encode(number).spans]
    return [data[begin:end].decode(errors="replace") for begin, end in spans if end > begin]


def _shown(
    differing: Sequence[tuple[str, list[str], list[str]]],
) -> list[tuple[str, list[str], list[str]]]:
    """A few of various lengths: the first after a space of each length, the shortest first."""
    first: dict[int, tuple[str, list[str], list[str]]] = {}
    for pair in differing:
        if pair[0].startswith(" ") or not any(other[0].startswith(" ") for other in differing):
            first.setdefault(len(pair[0]), pair)
    return [first[length] for length in sorted(first)][:_EXAMPLES]


def _words(cuts: NumberCuts | None) -> str:
    return "lacks a digit" if cuts is None else cuts.words


def _warning(one: Digits, other: Digits) -> str:
    if one == other:
        return ""
    if not one.largest or not other.largest:
        return "Digits: one of the tokenizers has no tokens for them: numbers are lost."
    if one.largest == other.largest:
        return f"Digits: the base groups them {_from(one)}, the target {_from(other)}: arithmetic may suffer."
    return f"Digits: the base groups {_by(one)}, the target {_by(other)}: arithmetic will suffer."


def _remedy(one: Digits, other: Digits) -> str:
    """What now: the tokenizer is mended before the graft, or the model trained after it."""
    if one.single:
        mend = (
            "Let the target tokenizer part digits (\\p{N} in its pre-tokenizer), so that each is a copied row"
        )
    elif one.direction is None:
        mend = (
            "The base groups digits as it has learnt, which no rule gives another tokenizer: take one that "
            "was trained on text of the same kind"
        )
    elif one.largest != other.largest:
        mend = f"Let the target tokenizer group digits {_by(one)}, as the base does, and graft again"
    else:
        mend = (
            f"Let the target tokenizer group digits from {one.direction}, as the base does, and graft again"
        )
    return f"{mend}; or heal the graft on text with numbers before it calculates."


def _by(digits: Digits) -> str:
    return "by 1" if digits.single else f"by up to {digits.largest}"


def _from(digits: Digits) -> str:
    return f"from {digits.direction}" if digits.direction else "as it has learnt"
