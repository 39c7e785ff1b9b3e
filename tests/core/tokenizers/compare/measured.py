"""Measures taken of a few strings, without the engine: what each figure is, seen by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np

from core.tokenizers.canonical import CHARACTER_OF
from core.tokenizers.compare.measures import MEASURES
from core.tokenizers.compare.measures.measure import (
    Counts,
    OfBoundaries,
    OfCounts,
    OfTokenizer,
    OfVocabularies,
    Ratio,
    Units,
)
from core.tokenizers.compare.words import Words, words_of_units
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from tests.core.tokenizers.files import BERT, BYTE_LEVEL, MARKED, UNMARKED, added, bpe, tokenizer, write


def byte_level(folder: Path, *merges: str) -> Tokenizer:
    """All bytes and what `merges` make of them; special: ``<|end|>``."""
    contents = [*CHARACTER_OF.values(), *(merge.replace(" ", "") for merge in merges)]
    vocab = {content: id for id, content in enumerate(contents)}
    data = tokenizer(
        bpe(vocab, *merges), added(len(vocab), "<|end|>"), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL
    )
    return open_tokenizer(write(folder / "byte-level" / "tokenizer.json", data))


def sentencepiece_like(folder: Path, *merges: str) -> Tokenizer:
    """``<unk>``, all byte pieces, and the characters of `merges` and what these make of them."""
    characters = sorted({character for merge in merges for character in merge if character != " "})
    contents = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", *characters]
    contents = list(dict.fromkeys([*contents, *(merge.replace(" ", "") for merge in merges)]))
    vocab = {content: id for id, content in enumerate(contents)}
    model = bpe(vocab, *merges, byte_fallback=True, unk_token="<unk>", fuse_unk=True)
    data = tokenizer(model, added(0, "<unk>"), normalizer=MARKED, decoder=UNMARKED)
    return open_tokenizer(write(folder / "sentencepiece-like" / "tokenizer.json", data))


def word_piece(folder: Path, *pieces: str) -> Tokenizer:
    """``[UNK]``, then `pieces`; lower case."""
    vocab = {content: id for id, content in enumerate(["[UNK]", *pieces])}
    model = {
        "type": "WordPiece",
        "vocab": vocab,
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
    }
    data = tokenizer(
        model,
        added(0, "[UNK]"),
        normalizer=BERT,
        pre_tokenizer={"type": "BertPreTokenizer"},
        decoder={"type": "WordPiece", "prefix": "##", "cleanup": False},
    )
    return open_tokenizer(write(folder / "word-piece" / "tokenizer.json", data))


def cut(*units: str, how: Words = "unicode") -> Units:
    """Units whose tokens are parted by bars: ``cut("un|believ|able", " times")``; their ids mean nothing."""
    tokens = [unit.split("|") for unit in units]
    lengths = [[len(token.encode()) for token in unit] for unit in tokens]
    return _units(["".join(unit) for unit in tokens], lengths, None, how)


def cut_at(texts: Sequence[str], places: Sequence[Collection[int]]) -> Units:
    """Units cut at these places, in bytes from the beginning of each, even within a character."""
    lengths = []
    for text, cuts in zip(texts, places, strict=True):
        size = len(text.encode())
        inside = sorted({place for place in cuts if 0 < place < size})
        lengths.append([end - begin for begin, end in pairwise([0, *inside, size])] if size else [])
    return _units(texts, lengths, None, "unicode")


def units_of(tokenizer: Tokenizer, *texts: str, how: Words = "unicode") -> Units:
    """Each text as one unit."""
    encoded = [tokenizer.encode(text) for text in texts]
    lengths = [[end - begin for begin, end in one.spans] for one in encoded]
    return _units(texts, lengths, [id for one in encoded for id in one.ids], how)


def ratio(key: str, units: Units, tokenizer: Tokenizer) -> float:
    """A ratio of sums over the units, each occurring once."""
    found = MEASURES[key]
    assert isinstance(found, Ratio)
    own = {name: int(column.sum()) for name, column in found.columns(units, tokenizer).items()}
    sums = {
        "tokens": len(units.ids),
        "bytes": len(units.data),
        "characters": int(units.character_starts.sum()),
        "words": len(units.words),
        **own,
    }
    return sums[found.numerator] / sums[found.denominator]


def of_counts(key: str, tokenizer: Tokenizer, text: str, alpha: float = 2.5) -> float | None:
    found = MEASURES[key]
    assert isinstance(found, OfCounts)
    return found.value(counts_of(tokenizer, text, alpha))


def counts_of(tokenizer: Tokenizer, text: str, alpha: float = 2.5) -> Counts:
    ids = np.array(tokenizer.encode(text).ids, np.int64)
    return Counts(np.bincount(ids, minlength=tokenizer.vocabulary.size), tokenizer, alpha)


def of_tokenizer(key: str, tokenizer: Tokenizer) -> float | None:
    found = MEASURES[key]
    assert isinstance(found, OfTokenizer)
    return found.value(tokenizer)


def in_words(key: str, tokenizer: Tokenizer) -> str:
    found = MEASURES[key]
    assert isinstance(found, OfTokenizer)
    return found.words(tokenizer)


def of_vocabularies(key: str, first: Tokenizer, second: Tokenizer) -> float | None:
    found = MEASURES[key]
    assert isinstance(found, OfVocabularies)
    return found.value(first, second)


def agreement(key: str, first: Units, second: Units, documents: int = 1) -> float | None:
    found = MEASURES[key]
    assert isinstance(found, OfBoundaries)
    sums = {name: int(column.sum()) for name, column in found.columns(first, second).items()}
    return found.value({**sums, "documents": documents})


def _units(
    texts: Sequence[str], lengths: Sequence[Sequence[int]], ids: list[int] | None, how: Words
) -> Units:
    begins = np.cumsum([0, *(len(text.encode()) for text in texts)])
    spans = [
        span
        for begin, unit in zip(begins.tolist(), lengths, strict=False)
        for span in pairwise(accumulate(unit, initial=begin))
    ]
    return Units(
        data=np.frombuffer("".join(texts).encode(), np.uint8),
        begins=begins,
        words=words_of_units(texts, how),
        ids=np.arange(len(spans)) if ids is None else np.array(ids, np.int64),
        first_tokens=np.cumsum([0, *map(len, lengths)]),
        spans=np.array(spans, np.int64).reshape(-1, 2),
    )
