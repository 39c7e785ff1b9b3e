"""A record read: fast, query by query, without loading the rest. For the window and for Why."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError

FILE = "record.sqlite"


@dataclass(frozen=True)
class Query:
    id: str
    text: str
    relevant: int
    """Judged documents with a grade above 0."""


@dataclass(frozen=True)
class Hit:
    """`rank` from 1. `grade` is None where it was not judged."""

    rank: int
    document: str
    score: float
    grade: int | None


@dataclass(frozen=True)
class Document:
    id: str
    title: str
    text: str


class Record:
    """An evaluation's ``record.sqlite``. Texts are there of each system's first 20 documents for each query,
    and of all judged ones.

    Raises:
        UserError: the file is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        if not self.file.is_file():
            raise UserError(f"There is no {FILE} in {folder}: run the evaluation again to have it.")
        self.systems = [name for (name,) in self._rows("SELECT name FROM systems ORDER BY number")]

    def queries(self) -> list[Query]:
        return [Query(*row) for row in self._rows("SELECT id, text, relevant FROM queries ORDER BY number")]

    def hits(self, query: str, system: str, most: int | None = None) -> list[Hit]:
        """Best first: the first 100, and judged documents wherever they were found."""
        return [
            Hit(*row)
            for row in self._rows(
                "SELECT rank, document, score, grade FROM hits JOIN queries ON queries.number = hits.query "
                "JOIN systems ON systems.number = hits.system WHERE queries.id = ? AND systems.name = ? "
                "ORDER BY rank LIMIT ?",
                (query, system, -1 if most is None else most),
            )
        ]

    def all_hits(self, system: str, most: int | None = None) -> Iterator[tuple[str, Hit]]:
        """Query and hit, of all queries in turn, best first: what `hits` gives of each."""
        for query, *hit in self._rows(
            "SELECT queries.id, rank, document, score, grade FROM hits "
            "JOIN queries ON queries.number = hits.query JOIN systems ON systems.number = hits.system "
            "WHERE systems.name = ? AND rank <= ? ORDER BY hits.query, rank",
            (system, 2**31 if most is None else most),
        ):
            yield query, Hit(*hit)

    def judged(self, query: str) -> dict[str, int]:
        """Document → grade, of all that are judged for a query, found or not."""
        return dict(
            self._rows(
                "SELECT document, grade FROM judgements JOIN queries ON queries.number = judgements.query "
                "WHERE queries.id = ?",
                (query,),
            )
        )

    def ranks(self, query: str, document: str) -> dict[str, int]:
        """System → the rank it gave the document, where it found it."""
        return dict(
            self._rows(
                "SELECT systems.name, rank FROM hits JOIN queries ON queries.number = hits.query "
                "JOIN systems ON systems.number = hits.system WHERE queries.id = ? AND document = ?",
                (query, document),
            )
        )

    def document(self, id: str) -> Document | None:
        """None: no longer known, or in no collection (a judgement of an unknown document)."""
        rows = list(self._rows("SELECT id, title, text FROM documents WHERE id = ?", (id,)))
        return Document(*rows[0]) if rows else None

    def _rows(self, statement: str, values: tuple[object, ...] = ()) -> Iterator[tuple]:  # type: ignore[type-arg]
        try:
            with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as database:
                yield from database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise UserError(f"{self.file} cannot be read: {error}.") from error
