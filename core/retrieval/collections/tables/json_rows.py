"""JSON Lines, and lists of objects in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.collections.record_line import read_object
from core.collections.source import MOST_BYTES, Source, beginning
from core.collections.tally import Faults, Tally
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.collections.tables.rows import Row, Rows, paths_of

_LOOKED_AT = 100
"""Rows whose keys are the columns."""
_MOST_IN_LIST = 200 * 2**20
"""Bytes of a list, which is read as a whole."""


class JsonRows(Rows):
    """An object in each line, or all in one list.

    Raises:
        UserError: it cannot be read; lines that are no objects; which.
    """

    def __init__(self, path: Path, ctx: Context | None, tally: Tally, *, field: str | None) -> None:
        self._source, self._tally, self._field = Source(path, ctx, field=field), tally, field
        head = beginning(path, field=field).lstrip(b"\xef\xbb\xbf \t\r\n")
        self._listed = self._read_list() if head.startswith(b"[") else None
        self.format = "a list in JSON" if self._listed is not None else "JSON Lines"

    def columns(self) -> list[str]:
        found: dict[str, None] = {}
        for row in self.first(_LOOKED_AT):
            found.update(dict.fromkeys(paths_of(row)))
        return list(found)

    def each(self, tally: Tally) -> Iterator[tuple[str, Row]]:
        if self._listed is not None:
            yield from self._of_list(self._listed)
        else:
            yield from self._of_lines(tally)

    def _of_lines(self, tally: Tally) -> Iterator[tuple[str, Row]]:
        faults = Faults(str(self._source.path), self._field)
        for number, _, line in self._source.lines():
            place = f"{self._source.name}, line {number:,}"
            if line is None:
                tally.note(f"lines of more than {MOST_BYTES // 2**20} MiB (left out)", place)
                continue
            try:
                row, mended = read_object(line)
            except ValueError as error:
                if line.strip():
                    faults.add(number, str(error))
                continue
            for mend in mended:
                tally.note(mend, place)
            yield place, row
        faults.check()

    def _of_list(self, listed: list[Any]) -> Iterator[tuple[str, Row]]:
        for number, row in enumerate(listed, start=1):
            place = f"{self._source.name}, item {number:,}"
            if not isinstance(row, dict):
                raise UserError(f"{self._source.path}, item {number:,}, is no object.", field=self._field)
            yield place, row

    def _read_list(self) -> list[Any]:
        if self._source.size > _MOST_IN_LIST:
            raise UserError(
                f"{self._source.path} is one list of more than {_MOST_IN_LIST // 2**20} MiB, which would "
                "have to be read as a whole. Write it as JSON Lines, an object in each line.",
                field=self._field,
            )
        data = self._source.read(0, self._source.size).removeprefix(b"\xef\xbb\xbf")
        try:
            wrapped, mended = read_object(b'{"list": ' + data + b"}")
        except ValueError as error:
            raise UserError(f"{self._source.path} {error}.", field=self._field) from None
        for mend in mended:
            self._tally.note(mend, self._source.name)
        found: list[Any] = wrapped["list"]
        return found
