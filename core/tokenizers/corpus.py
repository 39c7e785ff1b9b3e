"""Texts to measure or to learn from: found, and read in a stream that stays small whatever their size."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import UserError
from core.json_files import unreadable
from core.sizes import bytes_in_words

ENDINGS = (".txt", ".md", ".rst", ".tex", ".jsonl")
CODE = (".py", ".c", ".h", ".cpp", ".js", ".ts", ".go", ".rs", ".java", ".sql", ".sh")
"""With `ENDINGS`, what is taken of a folder; each may have ``.gz`` behind it. A file is taken in any case."""

BLOCK = 256 * 1024
"""Bytes read at once. A block, and so a document, has at most this many characters, and one more read."""

_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\r?\n)+")

PACKED = 4
"""How much larger the text of a ``.gz`` is, roughly."""

Documents = Literal["paragraphs", "lines", "file"]


@dataclass(frozen=True)
class Text:
    """One file of text. `name`: without its ending, unique among those found together."""

    name: str
    path: Path

    @property
    def size(self) -> int:
        """Bytes on the disk; of a ``.gz``, packed."""
        return self.path.stat().st_size


class Replaced:
    """Counts bytes that were no UTF-8: each became U+FFFD."""

    def __init__(self) -> None:
        self.count = 0


def find_texts(paths: Sequence[Path], *, field: str | None = "text") -> list[Text]:
    """The files themselves, and those of text or code in the folders, in alphabetical order.

    Raises:
        UserError: one is not there, or a folder has no text in it.
    """
    files: dict[Path, None] = {}
    for path in map(Path, paths):
        try:
            if not path.is_dir():
                path.stat()
                files[path.absolute()] = None
                continue
            found = sorted(file for file in path.rglob("*") if _is_text(file) and file.is_file())
        except OSError as error:
            raise unreadable(path, error, field=field) from None
        if not found:
            raise UserError(
                f"{path} has no file of text in it (such as {', '.join(ENDINGS[:3])}).", field=field
            )
        files |= dict.fromkeys(file.absolute() for file in found)
    return [Text(name, file) for name, file in zip(_names(list(files)), files, strict=True)]


def foreseen(paths: Sequence[Path], *, field: str | None = "text") -> tuple[int, str]:
    """Bytes that reading the texts will give, and a form's words for it: ``2 texts · about 3.1 MB``.

    Raises:
        UserError: as `find_texts`.
    """
    texts = find_texts(paths, field=field)
    packed = [text.path.suffix == ".gz" for text in texts]
    size = sum(text.size * (PACKED if gz else 1) for text, gz in zip(texts, packed, strict=True))
    files = "1 text" if len(texts) == 1 else f"{len(texts)} texts"
    return size, f"{files} · {'about ' if any(packed) else ''}{bytes_in_words(size)}"


def blocks(
    text: Text, *, max_bytes: int | None = None, replaced: Replaced | None = None, field: str | None = "text"
) -> Iterator[str]:
    """The text in blocks that end where a line does, if it has lines: else in its white space, or anywhere.

    Line ends stay as they are; a byte order mark at the start is left out.

    Raises:
        UserError: the file cannot be read, or is a damaged ``.gz``.
    """
    rest = ""
    for read in _decoded(text.path, max_bytes, replaced, field):
        rest += read
        if len(rest) >= BLOCK:
            at = _end_of_block(rest)
            yield rest[:at]
            rest = rest[at:]
    if rest:
        yield rest


def documents(
    text: Text,
    kind: Documents = "paragraphs",
    *,
    max_bytes: int | None = None,
    replaced: Replaced | None = None,
    field: str | None = "text",
) -> Iterator[str]:
    """The text cut into documents, which joined give it back: each has the empty lines after it.

    A paragraph ends with an empty line (there may be spaces in it); in a text that begins without any, with
    every line. One that is longer than a block is cut as blocks are; of kind ``file``, that is every block.

    Raises:
        UserError: as `blocks`.
    """
    if kind == "file":
        yield from blocks(text, max_bytes=max_bytes, replaced=replaced, field=field)
        return
    rest = ""
    cut = None
    for block in blocks(text, max_bytes=max_bytes, replaced=replaced, field=field):
        if cut is None:
            cut = _paragraphs if kind == "paragraphs" and _EMPTY_LINES.search(block) else _lines
        found = cut(rest + block)
        rest = found.pop()  # it may go on
        yield from found
        if len(rest) >= BLOCK:
            yield rest
            rest = ""
    if rest:
        yield rest


def _lines(text: str) -> list[str]:
    """Cut behind each line end (a lone carriage return, or what else Unicode calls one, is none)."""
    return [line for line in re.split(r"(?<=\n)", text) if line] or [text]


def _paragraphs(text: str) -> list[str]:
    """Cut behind each run of empty lines. The last one may be unfinished."""
    found: list[str] = []
    begin = 0
    for empty in _EMPTY_LINES.finditer(text):
        if empty.end() < len(text):
            found.append(text[begin : empty.end()])
            begin = empty.end()
    return [*found, text[begin:]]


def _decoded(
    path: Path, max_bytes: int | None, replaced: Replaced | None, field: str | None
) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("strict" if replaced is None else _counting(replaced))
    left = max_bytes
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while data := file.read(BLOCK if left is None else min(BLOCK, left)):
                if left is not None:
                    left -= len(data)
                yield decoder.decode(data)
            if left is None or left > 0:
                yield decoder.decode(b"", final=True)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(path, error, field=field) from None
        raise UserError(f"{path} is damaged: it cannot be unpacked ({error}).", field=field) from None
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not UTF-8 text (byte {error.object[error.start]:#04x}). Save it as UTF-8.",
            field=field,
        ) from None


def _counting(replaced: Replaced) -> str:
    """The name of an error handler that counts what it replaces."""
    name = f"lexigraft-replace-{id(replaced)}"

    def handle(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        replaced.count += error.end - error.start
        return "\ufffd", error.end

    codecs.register_error(name, handle)
    return name


def _end_of_block(text: str) -> int:
    """Behind the last line end; where there is none, behind the last space; else at the end."""
    at = text.rfind("\n") + 1
    return at or text.rfind(" ") or len(text)


def _is_text(file: Path) -> bool:
    plain = file.with_suffix("") if file.suffix == ".gz" else file
    return plain.suffix.lower() in (*ENDINGS, *CODE) and not file.name.startswith(".")


def _names(files: Sequence[Path]) -> Iterable[str]:
    """Each file's name without endings, with its folder's before it where two would be the same."""
    short = [_stem(file) for file in files]
    for file, name in zip(files, short, strict=True):
        if short.count(name) == 1:
            yield name
        else:
            long = f"{file.parent.name}/{file.name}"
            same = [f for f in files if f"{f.parent.name}/{f.name}" == long]
            yield long if len(same) == 1 else str(file)


def _stem(file: Path) -> str:
    plain = file.with_suffix("") if file.suffix == ".gz" else file
    return plain.stem
