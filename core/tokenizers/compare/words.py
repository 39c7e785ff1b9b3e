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
_UNICODE_WORD = regex.compile(rf"{_FIRST}{_LETTER}*(?:['’ʼ＇\-‐‑]{_LETTER}+)*", regex.VERSION1)
_SPACED = regex.compile(r"\S+")
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
    joined = "\n".join(texts)
    pattern = _UNICODE_WORD if how == "unicode" else _SPACED
    spans = np.array([match.span() for match in pattern.finditer(joined)], np.int64).reshape(-1, 2)
    before = np.searchsorted(
        np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1), spans[:, 0], side="right"
    )  # line ends put between the texts
    if not joined.isascii():
        data = np.frombuffer(joined.encode(), np.uint8)
        places = np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))
        spans = places[spans]
    return spans - before[:, None]


def has_words(text: str, how: Words = "unicode") -> bool:
    """Whether a text's words can be told: by Unicode's rules, not where most letters are of scripts without
    spaces between words."""
    if how == "spaces":
        return True
    letters = sum(map(len, _LETTERS.findall(text)))
    return 2 * sum(map(len, _LETTERS_WITHOUT_WORDS.findall(text))) <= letters
