"""CSV and its kin: the separator found out, quotation marks and line ends within them understood."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from core.collections.record_line import CONTROLS, NOT_UTF8, fit
from core.collections.source import MOST_BYTES
from core.collections.tally import Tally
from core.errors import UserError
from core.jobs.context import Context
from core.json_files import unreadable
from core.retrieval.collections.tables.roles import is_usual
from core.retrieval.collections.tables.rows import Row, Rows

SEPARATORS = (",", "\t", ";", "|")
_NONE = "\x1f"
"""What stands in no text: between the columns of a table that has only one."""
_FORMATS = {
    ",": "CSV, columns separated by commas",
    "\t": "CSV, columns separated by tabs",
    ";": "CSV, columns separated by semicolons",
    "|": "CSV, columns separated by bars",
    _NONE: "CSV of one column",
}
WINDOWS = "files that are not UTF-8 (read as Windows-1252)"
_SNIFFED = 64 * 2**10
_BLOCK = 2**20
_GLANCE = 16 * 2**20
_LONGEST_NAME = 64
"""Characters of a column's name; a first row with longer cells is no header."""


class CsvRows(Rows):
    """Args:
        header: whether the first row names the columns; None: found out.
        separator: None: found out.
        glance: only the first rows will be read, so that only the first 16 MiB need tell the encoding.

    Raises:
        UserError: it cannot be read, or is no table.
    """

    def __init__(
        self,
        path: Path,
        ctx: Context | None,
        tally: Tally,
        *,
        header: bool | None = None,
        separator: str | None = None,
        glance: bool = False,
        field: str | None,
    ) -> None:
        self._path, self._ctx, self._tally, self._field = path, ctx, tally, field
        self._ended = False
        self._encoding, self._errors = self._found_encoding(_GLANCE if glance else None)
        head = self._head()
        if not head.strip():
            raise UserError(f"{path} is empty.", field=field)
        usual = "\t" if ".tsv" in path.suffixes or ".tab" in path.suffixes else None
        self._separator = separator or _separator(head, usual)
        rows = _parsed(head, self._separator)
        if not rows:
            raise UserError(f"{path} is no table that can be read.", field=field)
        self._header = _is_header(rows) if header is None else header
        self._names = self._named(rows[0])
        self.format = _FORMATS[self._separator] + ("" if self._header else ", without a header")

    def columns(self) -> list[str]:
        return list(self._names)

    def each(self, tally: Tally) -> Iterator[tuple[str, Row]]:
        csv.field_size_limit(MOST_BYTES)
        count = len(self._names)
        began = 1
        with self._open() as file:
            lines = self._lines(file, tally)
            reader = csv.reader(lines, delimiter=self._separator)
            try:
                for number, cells in enumerate(reader):
                    place = f"{self._path.name}, line {began:,}"
                    if self._ended:  # the reader asked for another line to close a quotation mark
                        raise UserError(
                            f"{self._path}, line {began:,}: a quotation mark is never closed from there on. "
                            "Close it, or double it where it is part of the text.",
                            field=self._field,
                        )
                    began = reader.line_num + 1
                    if (number == 0 and self._header) or not any(cells):
                        continue
                    if len(cells) > count:
                        tally.note("rows with more cells than columns (the rest left out)", place)
                    elif len(cells) < count:
                        tally.note("rows with fewer cells than columns (the rest empty)", place)
                        cells += [""] * (count - len(cells))
                    yield place, dict(zip(self._names, cells, strict=False))
            except csv.Error as error:
                raise UserError(
                    f"{self._path}, line {began:,}: no row of a table ({error}). Look for a quotation mark "
                    "that is not closed.",
                    field=self._field,
                ) from None
            except (OSError, EOFError, zlib.error) as error:
                raise UserError(f"{self._path} is damaged: {error}.", field=self._field) from None

    def _lines(self, file: IO[bytes], tally: Tally) -> Iterator[str]:
        """Lines with their ends, unfit characters replaced; `_ended` once there are no more."""
        self._ended = False
        size = max(self._path.stat().st_size, 1)
        lines = io.TextIOWrapper(file, encoding=self._encoding, errors=self._errors, newline="")
        for number, line in enumerate(lines, start=1):
            if number % 512 == 1 and self._ctx is not None:
                self._ctx.progress(min(self._place(file), size), size, f"Reading {self._path.name}")
            mended = fit(line)
            if mended != line:
                tally.note(CONTROLS, f"{self._path.name}, line {number:,}")
            if self._errors == "replace" and "�" in line:
                tally.note(NOT_UTF8, f"{self._path.name}, line {number:,}")
            yield mended
        self._ended = True

    def _place(self, file: IO[bytes]) -> int:
        packed = getattr(file, "fileobj", None)  # of a gzip file: what is read of the file itself
        return int((packed or file).tell())

    def _named(self, first: list[str]) -> list[str]:
        if not self._header:
            return [f"column {number}" for number in range(1, len(first) + 1)]
        names: list[str] = []
        for number, name in enumerate(first, start=1):
            name = fit(name.strip()) or f"column {number}"
            names.append(name if name not in names else f"{name} ({number})")
        return names

    def _open(self) -> IO[bytes]:
        try:
            if self._path.suffix == ".gz":
                return cast(IO[bytes], gzip.open(self._path, "rb"))
            return self._path.open("rb", buffering=_BLOCK)
        except OSError as error:
            raise unreadable(self._path, error, field=self._field) from None

    def _head(self) -> str:
        with self._open() as file:
            data = file.read(_SNIFFED)
        text = codecs.getincrementaldecoder(self._encoding)(self._errors).decode(data)
        if len(data) < _SNIFFED:
            return text
        return text[: text.rfind("\n") + 1] or text

    def _found_encoding(self, most: int | None) -> tuple[str, str]:
        """UTF-8 wherever it can be; else whichever of UTF-8 with faults and Windows-1252 explains the first
        faulty part better. Reads the file once, or `most` bytes of it."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        size, done = max(self._path.stat().st_size, 1), 0
        try:
            with self._open() as file:
                while block := file.read(_BLOCK):
                    if not done and block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                        return "utf-16", "replace"
                    done += len(block)
                    if self._ctx is not None:
                        self._ctx.progress(self._place(file), size, f"Looking at {self._path.name}")
                    try:
                        decoder.decode(block)
                    except UnicodeDecodeError:
                        return self._foreign(block)
                    if most is not None and done >= most:
                        return "utf-8-sig", "replace"
        except (OSError, EOFError, zlib.error) as error:
            raise UserError(f"{self._path} is damaged: {error}.", field=self._field) from None
        return "utf-8-sig", "strict"

    def _foreign(self, block: bytes) -> tuple[str, str]:
        text = block.decode("utf-8", "replace")
        wrong = text.count("�")
        right = sum(character > "\x7f" for character in text) - wrong
        if right > wrong:
            return "utf-8-sig", "replace"
        self._tally.note(WINDOWS, self._path.name)
        return "cp1252", "replace"


def _parsed(text: str, separator: str) -> list[list[str]]:
    csv.field_size_limit(MOST_BYTES)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    except csv.Error:
        return []


def _separator(head: str, usual: str | None) -> str:
    """The one that cuts most rows into the same number of cells, more than one; of equal ones, more cells.
    Where none cuts the first row, there is one column."""
    best, best_score = _NONE, (0.0, 0)
    for separator in SEPARATORS:
        rows = _parsed(head, separator)
        if not rows or len(rows[0]) == 1:
            continue
        widths = Counter(map(len, rows))
        width, count = widths.most_common(1)[0]
        score = (round(count / widths.total(), 2), width)
        if width > 1 and (score > best_score or (separator == usual and score[0] >= best_score[0])):
            best, best_score = separator, score
    return best


def _is_header(rows: list[list[str]]) -> bool:
    """Names are short, all different, none empty and none a number; and there is something under them, or
    they are such as columns have."""
    first = [name.strip() for name in rows[0]]
    return (
        (len(rows) > 1 or any(map(is_usual, first)))
        and len(set(first)) == len(first)
        and all(name and len(name) <= _LONGEST_NAME and not _is_number(name) for name in first)
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
