"""Unknown tokens: what the vocabulary lacks is lost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Ratio, Units, measure
from core.tokenizers.compare.token_table import token_table
from core.tokenizers.tokenizer import Tokenizer

_WHITE = np.isin(np.arange(256), list(b" \t\n\v\f\r"))


@measure
class UnknownRate(Ratio):
    key = "unknown_rate"
    title = "Unknown tokens"
    description = "Share of the tokens that stand for what the vocabulary lacks. One may hide a whole word."
    better = "low"
    digits = 4
    order = 30
    numerator, denominator = "unknown_tokens", "tokens"

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        return {"unknown_tokens": units.sum_tokens(token_table(tokenizer).unknown[units.ids])}


@measure
class UnknownBytes(Ratio):
    key = "unknown_bytes"
    title = "Text under unknown tokens"
    description = "Share of the text's bytes, white space aside, that unknown tokens stand for and lose."
    better = "low"
    digits = 4
    order = 31
    numerator, denominator = "unknown_bytes", "bytes"

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        unknown = token_table(tokenizer).unknown[units.ids]
        before = np.concatenate(([0], np.cumsum(~_WHITE[units.data])))
        begins, ends = units.spans.T
        return {"unknown_bytes": units.sum_tokens(np.where(unknown, before[ends] - before[begins], 0))}
