"""Bytes per token: how much text one token carries."""

from __future__ import annotations

from core.tokenizers.compare.measures.measure import Ratio, measure


@measure
class BytesPerToken(Ratio):
    key = "bytes_per_token"
    title = "Bytes per token"
    unit = "bytes"
    description = (
        "Bytes of the text (UTF-8) over tokens, special tokens left out. The plainest figure of cost."
    )
    better = "high"
    digits = 2
    order = 0
    numerator, denominator = "bytes", "tokens"
