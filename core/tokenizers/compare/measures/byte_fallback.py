"""Byte fallback: characters that the vocabulary lacks, spelt by their bytes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Ratio, Units, measure
from core.tokenizers.compare.token_table import token_table
from core.tokenizers.tokenizer import Tokenizer


def has_byte_pieces(tokenizer: Tokenizer) -> bool:
    """Whether bytes are its fallback; in a byte-level vocabulary they are what all tokens are made of."""
    return bool(token_table(tokenizer).byte.any())


@measure
class ByteFallback(Ratio):
    key = "byte_fallback"
    title = "Byte-fallback tokens"
    description = (
        "Share of the tokens that are one byte of a character the vocabulary lacks. Only for vocabularies of "
        "text with bytes to fall back on; of byte-level ones see split characters."
    )
    better = "low"
    digits = 4
    order = 32
    numerator, denominator = "byte_tokens", "tokens"

    def applies(self, tokenizer: Tokenizer) -> bool:
        return has_byte_pieces(tokenizer)

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        return {"byte_tokens": units.sum_tokens(token_table(tokenizer).byte[units.ids])}


@measure
class SpeltCharacters(Ratio):
    key = "spelt_characters"
    title = "Characters spelt by bytes"
    description = "Share of the characters that byte-fallback tokens stand for."
    better = "low"
    digits = 4
    order = 33
    numerator, denominator = "spelt_characters", "characters"

    def applies(self, tokenizer: Tokenizer) -> bool:
        return has_byte_pieces(tokenizer)

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        byte = token_table(tokenizer).byte[units.ids]
        before = np.concatenate(([0], np.cumsum(units.character_starts)))
        begins, ends = units.spans.T
        return {"spelt_characters": units.sum_tokens(np.where(byte, before[ends] - before[begins], 0))}
