"""Vectors of tokens in a space of words (WECHSEL, arXiv 2112.06598, §3.2)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import numpy as np

from core.jobs.context import Context
from core.tokenizers.canonical import Kind, Token
from core.tokenizers.open import Tokenizer
from core.vectors.vectors import Floats, Vectors

MOST_WORDS = 200_000
"""Words, the most frequent ones, that tokens without n-grams are looked for in."""
_AT_ONCE = 4096


def token_text(token: Token | None) -> str:
    """A token of text as a word's spelling: without white space at its ends. Empty for special tokens, and
    where its bytes are no text.
    """
    if token is None or token.kind is not Kind.TEXT:
        return ""
    try:
        return token.bytes.decode("utf-8").strip()
    except UnicodeDecodeError:
        return ""


def token_vectors(tokenizer: Tokenizer, vectors: Vectors, ctx: Context) -> Floats:
    """(vocabulary size, width): zeros for tokens of which the vectors say nothing.

    With n-grams, a token's vector is that of its text. Without, it is the mean of the words in which it
    occurs, at their start or after a space, weighed by their frequency; vectors that know no capitals serve
    words with a capital first, too.
    """
    if vectors.subwords:
        return _by_spelling(tokenizer, vectors, ctx)
    return _by_words(tokenizer, vectors, ctx)


def _by_spelling(tokenizer: Tokenizer, vectors: Vectors, ctx: Context) -> Floats:
    entries = tokenizer.vocabulary.entries
    found = np.zeros((len(entries), vectors.width), dtype=np.float32)
    for first in range(0, len(entries), _AT_ONCE):
        ctx.progress(first, len(entries), "Looking up the tokens")
        found[first : first + _AT_ONCE] = vectors.of([*map(token_text, entries[first : first + _AT_ONCE])])
    return found


def _by_words(tokenizer: Tokenizer, vectors: Vectors, ctx: Context) -> Floats:
    words = list(islice(vectors.words, MOST_WORDS))
    frequencies = vectors.frequencies(len(words))
    spellings: list[Callable[[str], str]] = [str]
    if all(word == word.lower() for word in words[:10_000]):
        spellings.append(str.title)
    size = tokenizer.vocabulary.size
    sums = np.zeros((size, vectors.width), dtype=np.float64)
    mass = np.zeros(size)
    for first in range(0, len(words), _AT_ONCE):
        ctx.progress(first, len(words), "Cutting words into tokens")
        some = words[first : first + _AT_ONCE]
        values = vectors.of(some)
        weights = frequencies[first : first + len(some)]
        for spelt in spellings:
            for before in ("", " "):
                _add(tokenizer, [before + spelt(word) for word in some], values, weights, sums, mass)
    for id in range(size):
        token = tokenizer.vocabulary.entries[id]
        if token is None or token.kind is Kind.SPECIAL:
            mass[id] = 0
    return np.asarray(np.where(mass[:, None] > 0, sums / np.maximum(mass, 1e-300)[:, None], 0), np.float32)


def _add(
    tokenizer: Tokenizer,
    texts: list[str],
    values: Floats,
    weights: np.ndarray[tuple[int], np.dtype[np.float64]],
    sums: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    mass: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    """Add each word's vector, times its weight, to all tokens that it is cut into; each token once."""
    cut = [sorted(set(ids)) for ids in tokenizer.ids(texts)]
    places = np.repeat(np.arange(len(cut)), [len(ids) for ids in cut])
    ids = np.array([id for some in cut for id in some], dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    ids, places = ids[order], places[order]
    if not len(ids):
        return
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    weighed = weights[places]
    sums[ids[starts]] += np.add.reduceat(values[places] * weighed[:, None], starts, axis=0)
    mass[ids[starts]] += np.add.reduceat(weighed, starts)
