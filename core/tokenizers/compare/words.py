"""What a word is, for fertility: one definition for every tokenizer and text."""

from __future__ import annotations

from typing import Literal

import regex

Words = Literal["unicode", "spaces"]

_UNDEFINED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Line_Break=Complex_Context}"
"""Letters of scripts that put no space between words: Chinese and Japanese, and those that Unicode's line
breaking leaves to a dictionary (Thai, Lao, Khmer, Burmese…). Where words end is not to be seen in the text."""

_LETTER = rf"[\w--[{_UNDEFINED}]]"
_UNICODE_WORD = regex.compile(rf"{_LETTER}+(?:['’ʼ＇\-‐‑]{_LETTER}+)*", regex.VERSION1)
_SPACED = regex.compile(r"\S+")
_LETTERS = regex.compile(r"\p{L}+")
_LETTERS_WITHOUT_WORDS = regex.compile(rf"[\p{{L}}&&[{_UNDEFINED}]]+", regex.VERSION1)


def words_of(text: str, how: Words = "unicode") -> list[tuple[int, int]]:
    """The words of a text: begin and end, in bytes of its UTF-8.

    ``unicode``: a run of letters, marks, digits and underscores (``\\w`` of UTS #18), with single apostrophes and
    hyphens inside: as UAX #29 has it but for hyphens, which join here, and for points and commas, which part.
    Scripts without spaces between words have none. ``spaces``: whatever stands between white space.
    """
    pattern = _UNICODE_WORD if how == "unicode" else _SPACED
    if text.isascii():
        return [match.span() for match in pattern.finditer(text)]
    found = []
    characters = place = 0
    for match in pattern.finditer(text):
        begin = place + len(text[characters : match.start()].encode())
        characters, place = match.end(), begin + len(match[0].encode())
        found.append((begin, place))
    return found


def has_words(text: str, how: Words = "unicode") -> bool:
    """Whether a text's words can be told: by Unicode's rules, not where most letters are of scripts without
    spaces between words."""
    if how == "spaces":
        return True
    letters = sum(map(len, _LETTERS.findall(text)))
    return 2 * sum(map(len, _LETTERS_WITHOUT_WORDS.findall(text))) <= letters
