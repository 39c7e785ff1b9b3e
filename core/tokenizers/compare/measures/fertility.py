"""Fertility: tokens per word; and continued words: how many words are cut at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Ratio, Units, measure
from core.tokenizers.tokenizer import Tokenizer


@measure
class Fertility(Ratio):
    key = "fertility"
    title = "Fertility"
    unit = "tokens/word"
    description = (
        "Tokens that hold some of a word, over words (Rust et al., ACL 2021). The space before a word counts "
        "with it; tokens of punctuation and further white space alone are left out. A token of two words "
        "counts once."
    )
    better = "low"
    digits = 2
    order = 10
    numerator, denominator = "word_tokens", "words"

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        size = len(units.data)
        begun = np.cumsum(np.bincount(_begins_with_space(units), minlength=size + 1))
        ended = np.cumsum(np.bincount(units.words[:, 1], minlength=size + 1))
        before = np.concatenate(([0], np.cumsum(begun > ended)))  # bytes of words before each place
        begins, ends = units.spans.T
        return {"word_tokens": units.sum_tokens(before[ends] > before[begins])}


@measure
class ContinuedWords(Ratio):
    key = "continued_words"
    title = "Continued words"
    description = (
        "Share of the words that are cut into two tokens or more (Rust et al., ACL 2021). The space before a "
        "word counts with it."
    )
    better = "low"
    order = 11
    numerator, denominator = "continued_words", "words"

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        begins, ends = units.spans[units.spans[:, 0] < units.spans[:, 1]].T
        first = np.searchsorted(ends, _begins_with_space(units), side="right")
        behind_last = np.searchsorted(begins, units.words[:, 1], side="left")
        return {"continued_words": units.sum_words(behind_last - first >= 2)}


def _begins_with_space(units: Units) -> NDArray[np.int64]:
    """[W]: where each word begins, the one space before it included."""
    begins = units.words[:, 0]
    at_the_start = np.zeros(len(units.data) + 1, bool)
    at_the_start[units.begins] = True
    spaced = ~at_the_start[begins] & (units.data[begins - 1] == ord(" "))
    return np.where(spaced, begins - 1, begins)
