"""Vocabulary overlap: how many tokens two tokenizers share, as they are and but for space, case and form."""

from __future__ import annotations

import unicodedata

from core.tokenizers.canonical import Kind
from core.tokenizers.compare.measures.measure import OfVocabularies, measure
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.tokenizer import Tokenizer


@once_for_each
def texts_of(tokenizer: Tokenizer) -> frozenset[bytes]:
    """The bytes of its text tokens; special, unused and byte tokens left out."""
    return frozenset(token.bytes for token in tokenizer.vocabulary if token.kind is Kind.TEXT)


@once_for_each
def normalised_texts_of(tokenizer: Tokenizer) -> frozenset[bytes]:
    """The same without one leading space, in NFKC and lower case."""
    return frozenset(map(normalised, texts_of(tokenizer)))


def normalised(data: bytes) -> bytes:
    """Without one leading space, in NFKC and lower case; bytes that are no UTF-8 as they are."""
    if data.isascii():
        return data.removeprefix(b" ").lower()
    try:
        text = data.removeprefix(b" ").decode()
    except UnicodeDecodeError:
        return data
    return unicodedata.normalize("NFKC", text).lower().encode()


def _share(part: frozenset[bytes], whole: frozenset[bytes]) -> float | None:
    return len(part & whole) / len(whole) if whole else None


@measure
class OverlapOfFirst(OfVocabularies):
    key = "overlap_first"
    title = "Shared, of the first"
    description = "Share of the first vocabulary's text tokens that the second has too, byte for byte."
    order = 90

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _share(texts_of(second), texts_of(first))


@measure
class OverlapOfSecond(OfVocabularies):
    key = "overlap_second"
    title = "Shared, of the second"
    description = "Share of the second vocabulary's text tokens that the first has too, byte for byte."
    order = 91

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _share(texts_of(first), texts_of(second))


@measure
class OverlapJaccard(OfVocabularies):
    key = "overlap_jaccard"
    title = "Vocabulary overlap (Jaccard)"
    description = "Text tokens that both vocabularies have, byte for byte, over those that either has."
    order = 92

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _jaccard(texts_of(first), texts_of(second))


@measure
class NormalisedOverlapOfFirst(OfVocabularies):
    key = "normalised_overlap_first"
    title = "Shared but for case and space, of the first"
    description = (
        "Share of the first vocabulary's text tokens that the second has too, once one leading space is "
        "taken off and they are in NFKC and lower case."
    )
    order = 93

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _share(normalised_texts_of(second), normalised_texts_of(first))


@measure
class NormalisedOverlapOfSecond(OfVocabularies):
    key = "normalised_overlap_second"
    title = "Shared but for case and space, of the second"
    description = (
        "Share of the second vocabulary's text tokens that the first has too, once one leading space is "
        "taken off and they are in NFKC and lower case."
    )
    order = 94

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _share(normalised_texts_of(first), normalised_texts_of(second))


@measure
class NormalisedOverlapJaccard(OfVocabularies):
    key = "normalised_overlap_jaccard"
    title = "Overlap but for case and space (Jaccard)"
    description = (
        "Text tokens that both vocabularies have over those that either has, once one leading space is taken "
        "off and they are in NFKC and lower case."
    )
    order = 95

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _jaccard(normalised_texts_of(first), normalised_texts_of(second))


def _jaccard(one: frozenset[bytes], other: frozenset[bytes]) -> float | None:
    return len(one & other) / len(one | other) if one | other else None
