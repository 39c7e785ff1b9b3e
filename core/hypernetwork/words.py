"""A text as words, each a few bytes: what tokenizers are drawn from, and what they then cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WORDS = re.compile(r" ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
"""Letters, digits or marks with the space before them; white space: near to GPT-2's rule, which the published
networks are trained with, though combining marks stand apart here."""

LONGEST_WORD = 64
"""Bytes; longer words are cut, so that no text without spaces becomes one."""


@dataclass(frozen=True)
class Words:
    """`distinct` words (W,), `ids` (n,) int32 those of the text in their order, `counts` (W,) int64."""

    distinct: list[bytes]
    ids: NDArray[np.int32]
    counts: NDArray[np.int64]


def read_words(texts: Iterable[str]) -> Words:
    """Cut texts into words that, joined, are the texts."""
    numbers: dict[bytes, int] = {}
    ids: list[int] = []
    counts: Counter[int] = Counter()
    for text in texts:
        for found in _WORDS.findall(text):
            for word in _cut(found.encode("utf-8", errors="replace")):
                number = numbers.setdefault(word, len(numbers))
                ids.append(number)
                counts[number] += 1
    return Words(
        list(numbers),
        np.array(ids, dtype=np.int32),
        np.array([counts[number] for number in range(len(numbers))], dtype=np.int64),
    )


def _cut(word: bytes) -> list[bytes]:
    if len(word) <= LONGEST_WORD:
        return [word]
    return [word[start : start + LONGEST_WORD] for start in range(0, len(word), LONGEST_WORD)]
