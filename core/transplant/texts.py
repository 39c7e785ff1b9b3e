"""The user's texts: each file a slice, cut into passages that every model reads alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.text_files import read_text

PASSAGE = 20_000
"""Characters after which a text is cut at the end of a line (or a word), so that no native call is long."""
ALL = "all"
_LOOK = 2**20
"""Bytes that a form looks at."""


@dataclass(frozen=True)
class Slice:
    """One text under the name it has in tables. `passages` are consecutive and make up what is measured."""

    name: str
    passages: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """UTF-8 bytes of the raw text, before any normaliser."""
        return sum(len(passage.encode()) for passage in self.passages)


def read_slices(paths: Sequence[Path], max_bytes: int | None) -> list[Slice]:
    """Read UTF-8 files, line ends as they are, at most `max_bytes` of each; a byte order mark is left out.

    Raises:
        UserError: one is no file, cannot be read, is not UTF-8, or holds nothing but white space.
    """
    names = slice_names(paths)
    return [
        Slice(name, tuple(passages(read_text(path, field="text", max_bytes=max_bytes))))
        for name, path in zip(names, paths, strict=True)
    ]


def check_text(path: Path, max_bytes: int | None) -> int:
    """How many bytes of a file will be measured, from its size and a look at its beginning.

    Raises:
        UserError: as `read_slices`, as far as its beginning shows it.
    """
    read_text(path, field="text", max_bytes=min(_LOOK, max_bytes or _LOOK))
    size = path.stat().st_size
    return size if max_bytes is None else min(size, max_bytes)


def slice_names(paths: Sequence[Path]) -> list[str]:
    """The files' names, told apart: by the folder where two are alike, then by a number. None is ``all``."""
    names = [path.name for path in paths]
    counts = Counter(names)
    longer = [
        f"{path.absolute().parent.name}/{name}" if counts[name] > 1 or name == ALL else name
        for path, name in zip(paths, names, strict=True)
    ]
    told: list[str] = []
    for name in longer:
        number, unique = 2, name
        while unique in told:
            unique, number = f"{name} ({number})", number + 1
        told.append(unique)
    return told


def passages(text: str) -> list[str]:
    """The text in pieces of about `PASSAGE` characters; together they are the whole text."""
    found = []
    start = 0
    while len(text) - start > PASSAGE:
        half, end = start + PASSAGE // 2, start + PASSAGE
        cut = text.rfind("\n", half, end) + 1 or text.rfind(" ", half, end) or end
        cut = end if cut <= start else cut
        found.append(text[start:cut])
        start = cut
    found.append(text[start:])
    return found
