"""Words per token."""

from __future__ import annotations

from core.tokenizers.compare.measures.measure import Ratio, measure


@measure
class WordsPerToken(Ratio):
    key = "words_per_token"
    title = "Words per token"
    unit = "words"
    description = "Words of the text over all of its tokens, those of punctuation and spaces too."
    better = "high"
    digits = 3
    order = 2
    numerator, denominator = "words", "tokens"
