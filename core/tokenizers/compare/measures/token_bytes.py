"""How long tokens are, over the running text and over the vocabulary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Counts, OfCounts, OfTokenizer, measure
from core.tokenizers.compare.token_table import token_table
from core.tokenizers.tokenizer import Tokenizer


def lengths_in_text(counts: Counts) -> NDArray[np.int64]:
    """int64 [n + 1]: how many of the text's tokens have 0, 1, … n bytes; unknown ones left out."""
    table = token_table(counts.tokenizer)
    weights = counts.counts[table.ordinary]
    found = np.bincount(table.lengths[table.ordinary], weights)
    return np.trim_zeros(found.astype(np.int64), "b")


@measure
class MeanTokenBytesInText(OfCounts):
    key = "token_bytes"
    title = "Token length in the text"
    unit = "bytes"
    description = (
        "Mean bytes of a token over the running text: of what the tokens spell, which is less than bytes per "
        "token where spaces are dropped or text is simplified."
    )
    digits = 2
    order = 45

    def value(self, counts: Counts) -> float | None:
        found = lengths_in_text(counts)
        return float(found @ np.arange(len(found)) / found.sum()) if found.sum() else None


@measure
class BrokenInText(OfCounts):
    key = "invalid_utf8_in_text"
    title = "Broken tokens in the text"
    description = (
        "Share of the text's tokens whose bytes alone are no valid UTF-8: shown one by one, they break."
    )
    better = "low"
    digits = 4
    order = 46

    def value(self, counts: Counts) -> float | None:
        if not counts.tokens:
            return None
        return float(counts.counts[token_table(counts.tokenizer).broken].sum() / counts.tokens)


def _lengths(tokenizer: Tokenizer) -> NDArray[np.int64]:
    table = token_table(tokenizer)
    return table.lengths[table.ordinary]


@measure
class MeanTokenBytes(OfTokenizer):
    key = "vocabulary_mean_bytes"
    title = "Token length, mean"
    unit = "bytes"
    description = "Mean bytes of the vocabulary's text and byte tokens, a leading space included."
    digits = 2
    order = 70

    def value(self, tokenizer: Tokenizer) -> float | None:
        lengths = _lengths(tokenizer)
        return float(lengths.mean()) if len(lengths) else None


@measure
class MedianTokenBytes(OfTokenizer):
    key = "vocabulary_median_bytes"
    title = "Token length, median"
    unit = "bytes"
    description = "Median bytes of the vocabulary's text and byte tokens."
    digits = 1
    order = 71

    def value(self, tokenizer: Tokenizer) -> float | None:
        lengths = _lengths(tokenizer)
        return float(np.median(lengths)) if len(lengths) else None


@measure
class LongestToken(OfTokenizer):
    key = "vocabulary_longest_bytes"
    title = "Token length, longest"
    unit = "bytes"
    description = "Bytes of the vocabulary's longest text token."
    digits = 0
    order = 72

    def value(self, tokenizer: Tokenizer) -> float | None:
        lengths = _lengths(tokenizer)
        return float(lengths.max()) if len(lengths) else None


@measure
class BrokenTokens(OfTokenizer):
    key = "invalid_utf8_tokens"
    title = "Broken tokens"
    description = "Share of the vocabulary's text and byte tokens whose bytes alone are no valid UTF-8."
    better = "low"
    digits = 4
    order = 73

    def value(self, tokenizer: Tokenizer) -> float | None:
        table = token_table(tokenizer)
        return float(table.broken.sum() / table.ordinary_count) if table.ordinary_count else None
