"""A long text in windows that overlap: each byte is foretold once, with some text before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from core.errors import UserError

_SPACES = b" \n\t"
_SHORTER = 3 / 4


class Window(NamedTuple):
    """Bytes ``begin`` … ``end`` - 1 are foretold after those from ``start`` on."""

    start: int
    begin: int
    end: int


def windows(
    data: bytes, stride: int, context: int, fits: Callable[[str], bool], *, field: str
) -> Iterator[Window]:
    """Windows that move by `stride` bytes, or a few more so that no character is cut in two.

    Each begins behind white space, at most `context` bytes before what it foretells; with less where a model
    would not take so much.

    Args:
        data: UTF-8.
        fits: whether every model takes a text of this length.

    Raises:
        UserError: not even `stride` bytes fit.
    """
    begin = 0
    while begin < len(data):
        end = _next_character(data, min(begin + stride, len(data)))
        back = context
        while True:
            start = _behind_space(data, max(0, begin - back), begin)
            if fits(data[start:end].decode()):
                break
            if start == begin:
                raise UserError(
                    f"{end - begin} bytes of the text are more tokens than a model takes: choose a smaller "
                    "stride.",
                    field=field,
                )
            back = int((begin - start) * _SHORTER)
        yield Window(start, begin, end)
        begin = end


def _next_character(data: bytes, place: int) -> int:
    while place < len(data) and data[place] & 0xC0 == 0x80:
        place += 1
    return place


def _behind_space(data: bytes, earliest: int, latest: int) -> int:
    """The first place from `earliest` on that a word begins at; without any, that a character begins at."""
    if earliest == 0:
        return 0
    for place in range(earliest, latest):
        if data[place - 1] in _SPACES and data[place] not in _SPACES:
            return place
    return _next_character(data, earliest) if _next_character(data, earliest) < latest else latest
