"""The words of a query that a text has, too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.retrieval.why.inspect import SMALL

WORD = re.compile(r"\w+")


def terms(query: str) -> frozenset[str]:
    """The query's words by which a text may match; all of them where there are no others."""
    words = [_plain(word.group()) for word in WORD.finditer(query)]
    telling = frozenset(word for word in words if word not in SMALL)
    return telling or frozenset(words)


def matches(text: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """Where they stand: first character and the one after the last, of each."""
    return [word.span() for word in WORD.finditer(text) if _plain(word.group()) in wanted]


def snippet(title: str, text: str, wanted: frozenset[str], most: int) -> str:
    """The beginning; from before the first match where that lies far behind it. One line."""
    stop = "" if title.endswith((".", "?", "!", ":")) else "."
    whole = " ".join((f"{title}{stop} {text}" if title and text else title or text).split())
    found: Sequence[tuple[int, int]] = matches(whole, wanted)
    if not found or found[0][0] < most * 2 // 3:
        return whole[:most]
    start = whole.rfind(" ", 0, max(0, found[0][0] - most // 4)) + 1
    return f"… {whole[start : start + most]}"


def _plain(word: str) -> str:
    """Without case, and without the ending of a plural."""
    word = word.casefold()
    if len(word) < 4 or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") else word
