"""Tokens per line, and per document."""

from __future__ import annotations

from core.tokenizers.compare.measures.measure import Ratio, measure


@measure
class TokensPerLine(Ratio):
    key = "tokens_per_line"
    title = "Tokens per line"
    unit = "tokens"
    description = "Tokens over lines of the text, empty ones included."
    better = "low"
    digits = 1
    order = 20
    numerator, denominator = "tokens", "lines"


@measure
class TokensPerDocument(Ratio):
    key = "tokens_per_document"
    title = "Tokens per document"
    unit = "tokens"
    description = "Tokens over documents: paragraphs, lines or files, as you chose."
    better = "low"
    digits = 1
    order = 21
    numerator, denominator = "tokens", "documents"
