"""The texts of a scoring in passages of some pages, read in a stream: long files stay on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core.errors import UserError
from core.generation.score.request import ScoreRequest
from core.tokenizers.corpus import blocks, find_texts, foreseen
from core.tokenizers.passages import passages

PASSAGE = 20_000
"""Characters after which a text is cut; what follows is read like the beginning of a text."""


class Piece(NamedTuple):
    """One passage of the text `slice` (a number), whose first byte is the `start`-th of all texts."""

    slice: int
    start: int
    text: str


def names_of(request: ScoreRequest) -> list[str]:
    """The texts' names, in the order in which they are scored.

    Raises:
        UserError: there is nothing to score, or a file is not there.
    """
    names = [text.name for text in find_texts(request.text)]
    if request.prompt:
        names = ["text", *names]
    if not names:
        raise UserError("There is nothing to score: give files of text, or a text itself.", field="text")
    return names


def size_of(request: ScoreRequest) -> int:
    """Bytes that are to be scored, as far as files' sizes tell it."""
    size = len(request.prompt.encode())
    for path in request.text:
        found, _ = foreseen([path])
        size += found if request.max_bytes is None or path.is_dir() else min(found, request.max_bytes)
    return size


def pieces(request: ScoreRequest) -> Iterator[Piece]:
    """All texts, passage by passage.

    Raises:
        UserError: a file cannot be read, or is not UTF-8.
    """
    start = number = 0
    if request.prompt:
        for text in passages(request.prompt, PASSAGE):
            yield Piece(0, start, text)
            start += len(text.encode())
        number = 1
    for file in find_texts(request.text):
        for block in blocks(file, max_bytes=request.max_bytes):
            for text in passages(block, PASSAGE):
                yield Piece(number, start, text)
                start += len(text.encode())
        number += 1
