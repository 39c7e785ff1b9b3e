"""Two spaces of words made one by pairs of words that mean the same (orthogonal Procrustes)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.text_files import read_text
from core.vectors.vectors import Floats, Vectors

_MOST_BYTES = 64 * 2**20
_MOST_IN_COMMON = 20_000
_MOST_MEASURED = 100_000


def read_dictionary(path: Path, *, field: str) -> list[tuple[str, str]]:
    """Pairs of words, one pair a line: with a tab between them, or else white space.

    Raises:
        UserError: it cannot be read, or a line is no pair.
    """
    pairs = []
    for number, line in enumerate(read_text(path, field=field, max_bytes=_MOST_BYTES).splitlines(), start=1):
        if not line.strip():
            continue
        words = [word.strip() for word in (line.split("\t") if "\t" in line else line.split())]
        if len(words) != 2 or not all(words):
            raise UserError(
                f"{path} should have a word of the base's language and one of the target's in each line, but "
                f"line {number:,} is {line.strip()[:60]!r}.",
                field=field,
            )
        pairs.append((words[0], words[1]))
    return pairs


def common_words(one: Vectors, other: Vectors) -> list[tuple[str, str]]:
    """Words that both have, the most frequent of the first one first: numbers, names, loans."""
    common = [(word, word) for word in one.words if word in other.place]
    return common[:_MOST_IN_COMMON]


def to_one_space(
    one: Vectors, other: Vectors, pairs: Sequence[tuple[str, str]], *, field: str
) -> tuple[Floats, Floats]:
    """Two matrices, of (one.width, e) and (other.width, e), that bring the vectors of either into one space.

    Where their widths differ, e is the smaller, and the wider ones are laid onto their first principal
    directions; the first ones are then turned onto the second ones. Each word of a pair is taken as it is
    spelt, in lower case and with a capital, as far as it is there.

    Raises:
        UserError: no pair has vectors on both sides.
    """
    spelt = [(a, b) for left, right in pairs for a in _forms(left, one) for b in _forms(right, other)]
    if not spelt:
        raise UserError(
            "None of the pairs of words has a vector on both sides: the dictionary, or the order of the two "
            "files of vectors, belongs to other languages.",
            field=field,
        )
    width = min(one.width, other.width)
    first, second = _narrowed(one, width), _narrowed(other, width)
    left = one.of([a for a, _ in spelt]) @ first
    right = other.of([b for _, b in spelt]) @ second
    return np.asarray(first @ rotation(left, right), np.float32), second


def rotation(left: Floats, right: Floats) -> Floats:
    """(e, e) orthogonal M that makes ``left @ M`` nearest to `right`, both (n, e)."""
    product = left.astype(np.float64).T @ right.astype(np.float64)
    u, _, v = np.linalg.svd(product)
    return np.asarray(u @ v, np.float32)


def _forms(word: str, vectors: Vectors) -> list[str]:
    return [form for form in dict.fromkeys((word, word.lower(), word.title())) if form in vectors.place]


def _narrowed(vectors: Vectors, width: int) -> Floats:
    """(vectors.width, width): the identity, or the first principal directions."""
    if vectors.width == width:
        return np.eye(width, dtype=np.float32)
    some = vectors.of(vectors.words[:_MOST_MEASURED]).astype(np.float64)
    centred = some - some.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    return np.asarray(directions[:, ::-1][:, :width], np.float32)
