"""What a word is, for fertility: one definition for every tokenizer and text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import regex
from numpy.typing import NDArray

Words = Literal["unicode", "spaces"]

_UNDEFINED = r"\p{Han}\p{Hiragana}\p{Katakana}ーｰ\p{Line_Break=Complex_Context}"
"""Letters of scripts that put no space between words: Chinese and Japanese, and those that Unicode's line
breaking leaves to a dictionary (Thai, Lao, Khmer, Burmese…). Where words end cannot be seen in the text."""

_LETTER = rf"[\w--[{_UNDEFINED}]]"
_FIRST = rf"[[\p{{Alphabetic}}\p{{Nd}}_]--[{_UNDEFINED}]]"  # no joiner or variation mark of an emoji
_PATTERNS = {
    "unicode": regex.compile(rf"{_FIRST}{_LETTER}*(?:['’ʼ＇\-‐‑]{_LETTER}+)*", regex.VERSION1),
    "spaces": regex.compile(r"\S+"),
}
_IN_WORDS = {
    how: np.array([code < 128 and pattern.fullmatch(chr(code)) is not None for code in range(256)])
    for how, pattern in _PATTERNS.items()
}
"""bool [256]: whether a byte of ASCII is a word, or in one."""
_LETTERS = regex.compile(r"\p{L}+")
_LETTERS_WITHOUT_WORDS = regex.compile(rf"[\p{{L}}&&[{_UNDEFINED}]]+", regex.VERSION1)


def words_of(text: str, how: Words = "unicode") -> list[tuple[int, int]]:
    """The words of a text: begin and end, in bytes of its UTF-8.

    ``unicode``: a run of letters, marks, digits and underscores (``\\w`` of UTS #18), with single apostrophes
    and hyphens inside: as UAX #29 has it, but that a hyphen joins, and a point or comma within parts. Scripts
    without spaces between words have none. ``spaces``: whatever stands between white space.
    """
    return [(begin, end) for begin, end in words_of_units([text], how).tolist()]


def words_of_units(texts: Sequence[str], how: Words = "unicode") -> NDArray[np.int64]:
    """The words of many texts, as `words_of` has them, of all at once: much faster than one by one.

    Returns:
        int64 [W, 2]; begin and end in bytes of ``"".join(texts).encode()``; no word goes from one text over
        into the next.
    """
    return words_of_bytes([text.encode() for text in texts], how)


def words_of_bytes(texts: Sequence[bytes], how: Words = "unicode") -> NDArray[np.int64]:
    """As `words_of_units`, of texts that are UTF-8 already."""
    data = np.frombuffer(b"\n".join(texts), np.uint8)
    gaps = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    spans = _ascii_words(data, how)
    unit = np.searchsorted(gaps, spans[:, 0], side="right")
    spans -= unit[:, None]  # the line ends put between
    others = np.unique(np.searchsorted(gaps, np.flatnonzero(data >= 0x80), side="right"))
    if not len(others):
        return spans
    begins = np.concatenate(([0], gaps[:-1])) - np.arange(len(texts))
    ascii = np.ones(len(texts), bool)
    ascii[others] = False
    exact, of = _words_by_pattern([texts[at].decode() for at in others], how)
    found = np.concatenate((spans[ascii[unit]], exact + begins[others][of, None]))
    in_order: NDArray[np.int64] = found[np.argsort(found[:, 0])]
    return in_order


def _ascii_words(data: NDArray[np.uint8], how: Words) -> NDArray[np.int64]:
    """[W, 2]: words of ASCII text by place; those at other bytes are not right."""
    inside = _IN_WORDS[how][data]
    if how == "unicode":
        joins = np.isin(data[1:-1], list(b"'-"))
        inside[1:-1] |= joins & inside[:-2] & inside[2:]
    edges = np.diff(np.concatenate(([False], inside, [False])).astype(np.int8))
    return np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)], axis=1)


def _words_by_pattern(texts: Sequence[str], how: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """[W, 2], bytes from the beginning of its text, and [W], the text that each word is of."""
    joined = "\n".join(texts)
    spans = np.array([match.span() for match in _PATTERNS[how].finditer(joined)], np.int64).reshape(-1, 2)
    data = np.frombuffer(joined.encode(), np.uint8)
    places = np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))
    ends = np.cumsum(np.fromiter((len(text.encode()) + 1 for text in texts), np.int64, len(texts)))
    spans = places[spans]
    unit = np.searchsorted(ends, spans[:, 0], side="right")
    return spans - np.append(0, ends)[unit, None], unit


def has_words(text: str, how: Words = "unicode") -> bool:
    """Whether a text's words can be told: by Unicode's rules, not where most letters are of scripts without
    spaces between words."""
    if how == "spaces":
        return True
    letters = sum(map(len, _LETTERS.findall(text)))
    return 2 * sum(map(len, _LETTERS_WITHOUT_WORDS.findall(text))) <= letters
