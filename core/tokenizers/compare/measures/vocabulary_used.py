"""Vocabulary used: how many of the tokens the text needed."""

from __future__ import annotations

from typing import ClassVar

from core.tokenizers.compare.measures.measure import Counts, OfCounts, measure
from core.tokenizers.compare.token_table import token_table


class _Used(OfCounts):
    least: ClassVar[int]
    better = "high"

    def value(self, counts: Counts) -> float | None:
        ordinary = token_table(counts.tokenizer).ordinary
        return float((counts.counts[ordinary] >= self.least).mean()) if ordinary.any() else None


@measure
class VocabularyUsed(_Used):
    key = "vocabulary_used"
    title = "Vocabulary used"
    description = (
        "Share of the vocabulary's text and byte tokens that occurred at all. It grows with the text: "
        "compare it on the same one."
    )
    order = 50
    least = 1


@measure
class VocabularyUsedFiveTimes(_Used):
    key = "vocabulary_used_5"
    title = "Vocabulary used 5 times"
    description = "Share of the vocabulary's text and byte tokens that occurred five times or more."
    order = 51
    least = 5


@measure
class VocabularyUsedAHundredTimes(_Used):
    key = "vocabulary_used_100"
    title = "Vocabulary used 100 times"
    description = "Share of the vocabulary's text and byte tokens that occurred a hundred times or more."
    order = 52
    least = 100
