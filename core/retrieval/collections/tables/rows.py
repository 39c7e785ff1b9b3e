"""A table's rows, one after the other, whatever file it lies in."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from core.collections.tally import Tally

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")

Row = Mapping[str, Any]


class Rows(ABC):
    """`format` is what the file is, in words: ``CSV, columns separated by semicolons``."""

    format: str

    @abstractmethod
    def columns(self) -> list[str]:
        """In the order of the file; of nested values the paths to them, as far as the first rows show."""

    @abstractmethod
    def each(self, tally: Tally) -> Iterator[tuple[str, Row]]:
        """The place of each row in words (``rows.csv, line 3``), and the row. As often as asked for.

        Raises:
            UserError: the file is damaged.
        """

    def first(self, count: int) -> list[Row]:
        """The first rows."""
        return [row for _, row in islice(self.each(Tally()), count)]


def cell(row: Row, column: str) -> str | None:
    """The text at a column's name or path (``a.b[0]``); numbers as they are written, a list's texts joined
    by a space. None where there is nothing, or nothing that is text."""
    value = row[column] if column in row else _at(row, column)
    return _text(value)


def _at(row: Row, path: str) -> Any:
    value: Any = row
    for name, place in _STEP.findall(path):
        if place and isinstance(value, list) and int(place) < len(value):
            value = value[int(place)]
        elif name and isinstance(value, Mapping) and name in value:
            value = value[name]
        else:
            return None
    return value


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and value:
        parts = [_text(part) for part in value]
        return None if any(part is None for part in parts) else " ".join(filter(None, parts))
    return None


def paths_of(row: Row, under: str = "") -> list[str]:
    """The columns of a row: of objects within it the paths to their values, of lists of objects those within
    the first."""
    found = []
    for name, value in row.items():
        path = f"{under}{name}"
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            found += paths_of(value[0], f"{path}[0].")
        elif isinstance(value, Mapping) and value:
            found += paths_of(value, f"{path}.")
        else:
            found.append(path)
    return found
