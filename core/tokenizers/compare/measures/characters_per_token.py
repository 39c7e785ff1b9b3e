"""Characters per token."""

from __future__ import annotations

from core.tokenizers.compare.measures.measure import Ratio, measure


@measure
class CharactersPerToken(Ratio):
    key = "characters_per_token"
    title = "Characters per token"
    unit = "characters"
    description = "Characters of the text (code points) over tokens, special tokens left out."
    better = "high"
    digits = 2
    order = 1
    numerator, denominator = "characters", "tokens"
