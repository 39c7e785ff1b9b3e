"""Texts in passages: pieces of some kilobytes, between which progress is told and a stop is heard."""

from __future__ import annotations

import re
from collections.abc import Iterator

PASSAGE = 2_000
"""Characters after which a text is cut at the next end of a paragraph, or, where there is none, of a line."""

_ENDS = re.compile(r"\n\s*\n|\n|\s")


def passages(text: str, length: int = PASSAGE) -> Iterator[str]:
    """The text in pieces of `length` characters or somewhat more; together they are the whole text."""
    start = 0
    while len(text) - start > length:
        end = _end(text, start + length, min(len(text), start + 4 * length))
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _end(text: str, first: int, last: int) -> int:
    """Behind the first end of a paragraph between these places; failing that a line, a word; or `last`."""
    line = word = 0
    for match in _ENDS.finditer(text, first, last):
        lines = match.group().count("\n")
        if lines > 1:
            return match.end()
        line = line or (match.end() if lines else 0)
        word = word or match.end()
    return line or word or last
