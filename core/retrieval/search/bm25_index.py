"""A BM25 index made of texts that pass by once: bm25s keeps and asks it, the counting is done here.

bm25s takes all texts as lists of words, which takes many times the index's memory. Here words become numbers
as texts come, and each block of texts is kept as three small arrays until all are counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from core.retrieval.systems.bm25 import Bm25

Floats = NDArray[np.float64]


class Words:
    """Splits texts; the same for documents and queries.

    `number` maps a word, as it stands in a lower-cased text, to that of its stem; -1 for stop words.
    """

    def __init__(self, system: Bm25, vocabulary: dict[str, int] | None = None) -> None:
        self.vocabulary: dict[str, int] = {} if vocabulary is None else vocabulary
        self._find: Callable[[str], list[Any]] = re.compile(system.words).findall
        self._stop = _stop_words(system.stop_words)
        self._stem = _stemmer(system.stemmer)
        self._known: dict[str, int] = {}

    def split(self, text: str) -> list[str]:
        """The words, as they are looked up: without stop words, stemmed."""
        return [self._stem(word) for word in self._words(text) if word not in self._stop]

    def added(self, text: str) -> list[int]:
        """The words' numbers; new ones get the next."""
        return [number for number in map(self._number, self._words(text)) if number >= 0]

    def known(self, text: str) -> list[int]:
        """The numbers of those words that are there; a repeated one again."""
        found = (self.vocabulary.get(word, -1) for word in self.split(text))
        return [number for number in found if number >= 0]

    def _words(self, text: str) -> list[str]:
        found = self._find(text.lower())
        if found and isinstance(found[0], tuple):  # a pattern with several groups
            return [next(filter(None, groups), "") for groups in found]
        return found

    def _number(self, word: str) -> int:
        number = self._known.get(word)
        if number is None:
            if word in self._stop:
                number = -1
            else:
                number = self.vocabulary.setdefault(self._stem(word), len(self.vocabulary))
            self._known[word] = number
        return number


@dataclass(frozen=True)
class _Block:
    """Counts of some documents: the word, the document's place in the block, how often."""

    words: NDArray[np.int32]
    documents: NDArray[np.uint16]
    counts: NDArray[np.uint16]


def built(blocks: Iterable[list[str]], system: Bm25) -> bm25s.BM25:
    """The index of texts that come in blocks of up to 65,536."""
    words = Words(system)
    kept: list[_Block] = []
    lengths: list[NDArray[np.int32]] = []
    for texts in blocks:
        numbers = [words.added(text) for text in texts]
        lengths.append(np.array([len(some) for some in numbers], dtype=np.int32))
        kept.append(_counted(numbers, lengths[-1], len(words.vocabulary)))
    every = np.concatenate(lengths) if lengths else np.zeros(0, dtype=np.int32)
    return _weighed(kept, every, [len(some) for some in lengths], words.vocabulary, system)


def saved(index: bm25s.BM25, folder: Path) -> None:
    """Keep an index; `kept` opens it."""
    part = folder.with_name(f"{folder.name}.part")
    index.save(str(part), show_progress=False)
    part.rename(folder)


def kept(folder: Path) -> bm25s.BM25:
    """What `saved` wrote, mapped into memory."""
    return bm25s.BM25.load(str(folder), mmap=True, show_progress=False)


def nbytes(index: bm25s.BM25) -> int:
    """Of the index, without the words themselves."""
    return sum(int(index.scores[name].nbytes) for name in ("data", "indices", "indptr"))


def _counted(numbers: list[list[int]], lengths: NDArray[np.int32], words: int) -> _Block:
    flat = np.fromiter((number for some in numbers for number in some), np.int64, int(lengths.sum()))
    documents = np.repeat(np.arange(len(numbers)), lengths)
    pairs, counts = np.unique(documents * max(1, words) + flat, return_counts=True)
    return _Block(
        (pairs % max(1, words)).astype(np.int32),
        (pairs // max(1, words)).astype(np.uint16),
        np.minimum(counts, 65_535).astype(np.uint16),
    )


def _weighed(
    blocks: list[_Block],
    lengths: NDArray[np.int32],
    sizes: list[int],
    vocabulary: dict[str, int],
    system: Bm25,
) -> bm25s.BM25:
    """Scores of all words in all documents, word by word (CSC); `blocks` is emptied on the way."""
    texts = len(lengths)
    found = np.zeros(len(vocabulary), dtype=np.int64)
    for block in blocks:
        found += np.bincount(block.words, minlength=len(vocabulary))
    starts = np.concatenate([[0], np.cumsum(found)])
    rarity = _rarity(system.variant, found, texts).astype(np.float32)
    mean = float(lengths.mean()) if texts else 0.0
    absent = (rarity * _repeated(system, np.zeros(1), np.ones(1), 1.0)).astype(np.float32)
    data = np.empty(starts[-1], dtype=np.float32)
    places = np.empty(starts[-1], dtype=np.int32)
    free = starts[:-1].copy()
    first = 0
    for size in sizes:
        block = blocks.pop(0)
        documents = block.documents.astype(np.int64) + first
        often = _repeated(system, block.counts.astype(np.float64), lengths[documents], mean)
        scores = rarity[block.words] * often
        if system.variant in ("bm25l", "bm25+"):
            scores -= absent[block.words]
        order = np.argsort(block.words, kind="stable")
        sorted_words = block.words[order]
        counts = np.bincount(block.words, minlength=len(vocabulary))
        before = np.cumsum(counts) - counts
        at = free[sorted_words] + np.arange(len(order)) - before[sorted_words]
        data[at], places[at] = scores[order], documents[order]
        free += counts
        first += size
    index = bm25s.BM25(k1=system.k1, b=system.b, delta=system.delta, method=system.variant)
    index.scores = {"data": data, "indices": places, "indptr": starts, "num_docs": texts}
    index.vocab_dict = vocabulary
    index.unique_token_ids_set = set(vocabulary.values())
    index.nonoccurrence_array = absent if system.variant in ("bm25l", "bm25+") else None
    return index


def _rarity(variant: str, found: NDArray[np.int64], texts: int) -> Floats:
    """Each word's weight, of the number of texts that it is found in."""
    if variant == "robertson":
        return np.asarray(np.log(np.maximum(1, (texts - found + 0.5) / (found + 0.5))))
    if variant == "atire":
        return np.asarray(np.log(texts / found))
    if variant == "bm25l":
        return np.asarray(np.log((texts + 1) / (found + 0.5)))
    if variant == "bm25+":
        return np.asarray(np.log((texts + 1) / found))
    return np.asarray(np.log(1 + (texts - found + 0.5) / (found + 0.5)))


def _repeated(system: Bm25, often: Floats, lengths: NDArray[Any], mean: float) -> Floats:
    """How much a word's repetitions in a text count."""
    long = 1 - system.b + system.b * lengths / mean
    if system.variant == "bm25l":
        evened = often / long + system.delta
        return (system.k1 + 1) * evened / (system.k1 + evened)
    none = np.zeros(np.broadcast_shapes(often.shape, long.shape))
    saturated = np.divide(often, system.k1 * long + often, out=none, where=often > 0)  # k1 may be 0
    if system.variant == "atire":
        return (system.k1 + 1) * saturated
    if system.variant == "bm25+":
        return (system.k1 + 1) * saturated + system.delta
    return np.asarray(saturated)


def _stop_words(language: str | None) -> frozenset[str]:
    if language is None:
        return frozenset()
    from bm25s.tokenization import _infer_stopwords

    return frozenset(_infer_stopwords(language))


def _stemmer(language: str | None) -> Callable[[str], str]:
    if language is None:
        return str
    import Stemmer

    stem: Callable[[str], str] = Stemmer.Stemmer(language).stemWord
    return stem
