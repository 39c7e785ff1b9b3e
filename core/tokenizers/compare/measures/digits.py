"""Digits: how many tokens a number takes, and how it is cut."""

from __future__ import annotations

from core.tokenizers.compare.measures.measure import OfTokenizer, measure
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.digits import NumberCuts, number_cuts
from core.tokenizers.tokenizer import Tokenizer

_cuts = once_for_each(number_cuts)


def tokens_by_length(tokenizer: Tokenizer) -> tuple[list[float], list[float]]:
    """Digits of an integer, 1 to 10, and the mean tokens that it takes; both empty where it lacks a digit."""
    tokens = cuts.tokens if (cuts := _cuts(tokenizer)) else {}
    return list(map(float, tokens)), list(tokens.values())


@measure
class Digits(OfTokenizer):
    key = "digits"
    title = "Tokens per digit"
    unit = "tokens/digit"
    description = (
        "Tokens over digits of integers of one to ten digits after a space, each length weighing alike: all "
        "of up to three digits, 1,000 of each further length, always the same ones."
    )
    digits = 2
    order = 60

    def value(self, tokenizer: Tokenizer) -> float | None:
        cuts = _cuts(tokenizer)
        return _mean_per_digit(cuts) if cuts else None

    def words(self, tokenizer: Tokenizer) -> str:
        cuts = _cuts(tokenizer)
        return cuts.words if cuts else "cannot spell all digits"


def _mean_per_digit(cuts: NumberCuts) -> float:
    tokens = cuts.tokens
    return sum(mean / length for length, mean in tokens.items()) / len(tokens)
