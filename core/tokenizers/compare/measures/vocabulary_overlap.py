"""Vocabulary overlap: how many tokens two tokenizers share, as they are and but for space, case and form."""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.canonical import Kind
from core.tokenizers.compare.measures.measure import OfVocabularies, measure
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.tokenizer import Tokenizer


@once_for_each
def _text_tokens(tokenizer: Tokenizer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids of its text tokens (not special, unused or byte ones), and numbers that stand for their bytes.

    Numbers of 64 bits take a twentieth of the room, and that two of a million texts have the same one happens
    less than once in ten million times.
    """
    tokens = [token for token in tokenizer.vocabulary if token.kind is Kind.TEXT]
    ids = np.fromiter((token.id for token in tokens), np.int64, len(tokens))
    return ids, np.fromiter((hash(token.bytes) for token in tokens), np.int64, len(tokens))


@once_for_each
def _texts(tokenizer: Tokenizer) -> NDArray[np.int64]:
    """What its text tokens spell: sorted numbers, each once."""
    return np.unique(_text_tokens(tokenizer)[1])


@once_for_each
def _normalised_texts(tokenizer: Tokenizer) -> NDArray[np.int64]:
    """The same without one leading space, in NFKC and lower case."""
    texts = (hash(normalised(token.bytes)) for token in tokenizer.vocabulary if token.kind is Kind.TEXT)
    return np.unique(np.fromiter(texts, np.int64))


def shared_tokens(first: Tokenizer, second: Tokenizer) -> NDArray[np.int64]:
    """Ids of the first's text tokens whose bytes are a text token of the second, too; int64 [n]."""
    ids, texts = _text_tokens(first)
    return ids[np.isin(texts, _texts(second))]


def normalised(data: bytes) -> bytes:
    """Without one leading space, in NFKC and lower case; bytes that are no UTF-8 as they are."""
    if data.isascii():
        return data.removeprefix(b" ").lower()
    try:
        text = data.removeprefix(b" ").decode()
    except UnicodeDecodeError:
        return data
    return unicodedata.normalize("NFKC", text).lower().encode()


def _shared(one: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    return len(np.intersect1d(one, other, assume_unique=True))


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> float | None:
    return _shared(part, whole) / len(whole) if len(whole) else None


@measure
class OverlapOfFirst(OfVocabularies):
    key = "overlap_first"
    title = "Shared, of the first"
    description = "Share of the first vocabulary's text tokens that the second has too, byte for byte."
    order = 90

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _share(_texts(second), _texts(first))


@measure
class OverlapOfSecond(OfVocabularies):
    key = "overlap_second"
    title = "Shared, of the second"
    description = "Share of the second vocabulary's text tokens that the first has too, byte for byte."
    order = 91

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _share(_texts(first), _texts(second))


@measure
class OverlapJaccard(OfVocabularies):
    key = "overlap_jaccard"
    title = "Vocabulary overlap (Jaccard)"
    description = "Text tokens that both vocabularies have, byte for byte, over those that either has."
    order = 92

    def value(self, first: Tokenizer, second: Tokenizer) -> float | None:
        return _jaccard(_texts(first), _texts(second))


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
        return _share(_normalised_texts(second), _normalised_texts(first))


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
        return _share(_normalised_texts(first), _normalised_texts(second))


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
        return _jaccard(_normalised_texts(first), _normalised_texts(second))


def _jaccard(one: NDArray[np.int64], other: NDArray[np.int64]) -> float | None:
    shared = _shared(one, other)
    either = len(one) + len(other) - shared
    return shared / either if either else None
