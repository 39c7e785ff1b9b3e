"""The texts of a training: read from the disk as often as needed, never in memory as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.corpus import Text, blocks, find_texts
from core.tokenizers.passages import PASSAGE, passages

_MEASURED = 20_000
"""Characters of a held-out passage."""
_STAGE = "Reading the text"


class Texts(Protocol):
    """Pieces of text, some kilobytes each, that can be gone through more than once: a list, for one."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[str]: ...


class Range(NamedTuple):
    """The characters [begin, end) of a text."""

    text: Text
    begin: int
    end: int


@dataclass(frozen=True)
class Portion:
    """Ranges of texts, as passages of about `length` characters. A block of a file at a time is in memory."""

    ranges: tuple[Range, ...]
    length: int
    count: int
    """Passages."""
    bytes: int
    """Of their UTF-8."""

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        for part in self.ranges:
            for block in _blocks(part):
                yield from passages(block, self.length)


def read_portions(paths: Sequence[Path], share: float, ctx: Context) -> tuple[Portion, Portion]:
    """What is trained on, and what is held out: the last `share` of each text, from the start of a line.

    Raises:
        UserError: a text cannot be read, is no UTF-8, or there is nothing but white space to train on.
    """
    training: list[Range] = []
    held_out: list[Range] = []
    texts = find_texts(paths)
    for text in texts:
        length = 0
        for block in blocks(text):
            ctx.progress(0, 1, _STAGE)
            length += len(block)
        cut = _cut(text, length - round(length * share)) if share else length
        training.append(Range(text, 0, cut))
        held_out.append(Range(text, cut, length))
    found = _portion(training, PASSAGE, ctx)
    if not any(part.strip() for part in found):
        where = texts[0].path if len(texts) == 1 else f"These {len(texts)} texts"
        raise UserError(f"{where}: there is nothing in it to train on. Choose other text.", field="text")
    return found, _portion(held_out, _MEASURED, ctx)


def sample(texts: Texts, most_bytes: int) -> Iterator[str]:
    """As many texts, evenly spread over all of them, as make up about `most_bytes`; or all."""
    size = sum(len(text.encode()) for text in texts)
    if size <= most_bytes:
        yield from texts
        return
    taken = seen = 0
    for text in texts:
        seen += len(text.encode())
        if taken * size < seen * most_bytes:
            taken += len(text.encode())
            yield text


def between(texts: Texts | Iterator[str], names: Sequence[str]) -> Iterator[str]:
    """The texts cut where a special token's name stands in them: no token is learnt out of such a name."""
    if not names:
        yield from texts
        return
    either = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    for text in texts:
        yield from filter(None, either.split(text))


def _portion(ranges: Sequence[Range], length: int, ctx: Context) -> Portion:
    count = size = 0
    for part in ranges:
        for block in _blocks(part):
            ctx.progress(0, 1, _STAGE)
            size += len(block.encode())
            count += sum(1 for _ in passages(block, length))
    return Portion(tuple(ranges), length, count, size)


def _blocks(part: Range) -> Iterator[str]:
    at = 0
    for block in blocks(part.text) if part.begin < part.end else ():
        inside = block[max(part.begin - at, 0) : max(part.end - at, 0)]
        if inside:
            yield inside
        at += len(block)
        if at >= part.end:
            return


def _cut(text: Text, wanted: int) -> int:
    """The last start of a line at `wanted` or before it, failing that of a word; at most a block back."""
    at = 0
    for block in blocks(text):
        if at + len(block) > wanted:
            inside = wanted - at
            nearest = block.rfind("\n", 0, inside) + 1 or block.rfind(" ", 0, inside) + 1 or inside
            return at + nearest
        at += len(block)
    return at
