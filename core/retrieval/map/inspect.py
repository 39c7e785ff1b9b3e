"""A map read, by the window: points at once, texts one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "map.sqlite"


@dataclass(frozen=True)
class Document:
    """`number`: its row among the points."""

    number: int
    id: str
    title: str
    snippet: str

    @property
    def name(self) -> str:
        """What it is called in a list: its title, or how its text begins."""
        return self.title or self.snippet or self.id


@dataclass(frozen=True)
class Query:
    number: int
    id: str
    text: str


class Map:
    """What `retrieval map` wrote.

    Raises:
        UserError: the file is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.file = Path(folder) / FILE
        if not self.file.is_file():
            raise UserError(f"There is no {FILE} in {folder}: draw the map again to have it.")

    def points(self, which: str = "documents") -> NDArray[np.float32]:
        """(n, 2) float32 of ``documents`` or ``queries``."""
        import numpy as np

        for (data,) in self._rows("SELECT data FROM points WHERE name = ?", (which,)):
            return np.frombuffer(data, dtype="<f4").reshape(-1, 2)
        raise UserError(f"{self.file} holds no points of {which}: it is damaged.")

    def queries(self) -> list[Query]:
        return [Query(*row) for row in self._rows("SELECT number, id, text FROM queries ORDER BY number")]

    def documents(self, numbers: Sequence[int]) -> list[Document]:
        """In the order of `numbers`."""
        found: dict[int, Document] = {}
        for first in range(0, len(numbers), 500):
            some = [int(number) for number in numbers[first : first + 500]]
            marks = ",".join("?" * len(some))
            # only question marks are put into the statement
            statement = f"SELECT number, id, title, snippet FROM documents WHERE number IN ({marks})"  # noqa: S608
            found.update((row[0], Document(*row)) for row in self._rows(statement, tuple(some)))
        return [found[int(number)] for number in numbers if int(number) in found]

    def judged(self, query: int) -> dict[int, int]:
        """Document → grade, of one query, by their numbers."""
        rows = self._rows("SELECT document, grade FROM judgements WHERE query = ?", (query,))
        return dict(rows)

    def found(self, query: int) -> list[int]:
        """The documents nearest to a query by their vectors, best first."""
        rows = self._rows("SELECT document FROM found WHERE query = ? ORDER BY rank", (query,))
        return [number for (number,) in rows]

    def search(self, text: str, most: int = 200) -> list[int]:
        """Documents whose title, beginning or id has the text in it, in any case."""
        like = "%" + text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        rows = self._rows(
            "SELECT number FROM documents WHERE title LIKE ? ESCAPE '\\' OR snippet LIKE ? ESCAPE '\\' "
            "OR id LIKE ? ESCAPE '\\' ORDER BY number LIMIT ?",
            (like, like, like, most),
        )
        return [number for (number,) in rows]

    def _rows(self, statement: str, values: tuple[object, ...] = ()) -> Iterator[tuple]:  # type: ignore[type-arg]
        try:
            with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as database:
                yield from database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise UserError(f"{self.file} cannot be read: {error}.") from error
