"""Long documents in passages: windows of words or of a model's tokens, which end where sentences do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

from core.retrieval.collections.words import SENTENCE_END, spans

Spans = Callable[[str], list[tuple[int, int]]]

_SNAP = 0.2
"""Of a window's size, by which it may be shorter so that it ends with a sentence."""


def cutter(size: int, overlap: int, units: Spans = spans) -> Spans:
    """A function that gives begin and end of each passage of a text, in characters.

    Args:
        size: words (or whatever `units` gives) in a passage at most.
        overlap: of these, how many the next passage repeats; less than `size`.
    """

    def cut(text: str) -> list[tuple[int, int]]:
        found = units(text)
        if len(found) <= size:
            return [(0, len(text))]
        ends = {match.start() for match in SENTENCE_END.finditer(text)}
        closed = _closing(found, ends)
        passages: list[tuple[int, int]] = []
        first = 0
        while True:
            last = min(first + size, len(found))
            if last < len(found):
                least = last - int(size * _SNAP)
                last = next((place for place in range(last, least, -1) if closed[place - 1]), last)
            end = found[last][0] if last < len(found) else len(text)
            begin = found[first][0] if passages else 0
            passages.append((begin, begin + len(text[begin:end].rstrip())))
            if last == len(found):
                return passages
            first = max(last - overlap, first + 1)

    return cut


def _closing(found: list[tuple[int, int]], ends: set[int]) -> list[bool]:
    """Whether a sentence is over between each unit and the next one."""
    marks = sorted(ends)
    closed, mark = [], 0
    for place, (_, end) in enumerate(found):
        following = found[place + 1][0] if place + 1 < len(found) else end
        while mark < len(marks) and marks[mark] < end:
            mark += 1
        closed.append(mark < len(marks) and marks[mark] < max(following, end + 1))
    return closed


def token_spans(tokenizer: Path, *, field: str | None) -> Spans:
    """Spans of a tokenizer's tokens, in characters.

    Raises:
        UserError: there is no such tokenizer; a text that it has no tokens for.
    """
    from core.tokenizers.open import open_tokenizer

    opened = open_tokenizer(tokenizer, field=field)

    def cut(text: str) -> list[tuple[int, int]]:
        begins = list(accumulate((len(character.encode()) for character in text), initial=0))
        places = {begin: place for place, begin in enumerate(begins)}
        found = []
        for begin, end in opened.encode(text).spans:
            # A token may end within a character; the passage then ends before it.
            first, last = _at(places, begin), _at(places, end)
            if last > first:
                found.append((first, last))
        return found

    return cut


def _at(places: dict[int, int], byte: int) -> int:
    while byte not in places:
        byte -= 1
    return places[byte]
