"""Spellings of a word that have a token of their own."""

from __future__ import annotations

from core.tokenizers.compare.common_words import COMMON_WORDS
from core.tokenizers.compare.measures.measure import OfTokenizer, measure
from core.tokenizers.compare.single_tokens import single_tokens
from core.tokenizers.tokenizer import Tokenizer


@measure
class WordVariants(OfTokenizer):
    key = "word_variants"
    title = "Spellings of a word"
    unit = "tokens/word"
    description = (
        f"Of {len(COMMON_WORDS)} common English words: how many of the five spellings “word”, “Word”, "
        "“ word”, “ Word” and “WORD” are single tokens, on the average. Each takes a place in the "
        "vocabulary, and has to be learnt by itself."
    )
    digits = 2
    order = 66

    def value(self, tokenizer: Tokenizer) -> float | None:
        texts = [variant.encode() for word in COMMON_WORDS for variant in variants(word)]
        return sum(single_tokens(tokenizer, texts)) / len(COMMON_WORDS)


def variants(word: str) -> tuple[str, ...]:
    """As it is, with a capital, both after a space, and in capitals. Of one letter, two are the same."""
    capital = word.capitalize()
    return tuple(dict.fromkeys((word, capital, f" {word}", f" {capital}", word.upper())))
