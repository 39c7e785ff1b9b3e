"""The user's texts: each file a slice, cut into passages that every model reads alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError

PASSAGE = 20_000
"""Characters after which a text is cut at the end of a line (or a word), so that no native call is long."""
ALL = "all"
_UTF8_LONGEST = 4
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
        Slice(name, tuple(passages(read_text(path, max_bytes))))
        for name, path in zip(names, paths, strict=True)
    ]


def check_text(path: Path, max_bytes: int | None) -> int:
    """How many bytes of a file will be measured, from its size and a look at its beginning.

    Raises:
        UserError: as `read_slices`, as far as its beginning shows it.
    """
    read_text(path, min(_LOOK, max_bytes or _LOOK))
    size = path.stat().st_size
    return size if max_bytes is None else min(size, max_bytes)


def read_text(path: Path, max_bytes: int | None) -> str:
    try:
        with path.open("rb") as file:
            data = file.read() if max_bytes is None else file.read(max_bytes + _UTF8_LONGEST)
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.", field="text") from None
    except IsADirectoryError:
        raise UserError(f"{path} is a folder; give the text files in it.", field="text") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.", field="text") from None
    cut = max_bytes is not None and len(data) > max_bytes
    text = _decoded(_start(data, max_bytes) if cut and max_bytes else data, path)
    if not text.strip():
        raise UserError(f"{path} holds no text.", field="text")
    return text


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


def _start(data: bytes, size: int) -> bytes:
    """The first `size` bytes or a few less, so that no character is cut in two."""
    end = size
    while end > max(0, size - _UTF8_LONGEST) and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not UTF-8 text: byte {error.start:,} is 0x{data[error.start]:02X}. Convert it first.",
            field="text",
        ) from None
