"""A map's file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.collections.collection import Collection
from core.jobs.context import Context
from core.retrieval.map.inspect import FILE

_SNIPPET = 240
_AT_ONCE = 2000
_TABLES = """
CREATE TABLE points (name TEXT PRIMARY KEY, data BLOB);
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT, title TEXT, snippet TEXT);
CREATE TABLE queries (number INTEGER PRIMARY KEY, id TEXT, text TEXT);
CREATE TABLE judgements (query INTEGER, document INTEGER, grade INTEGER);
CREATE TABLE found (query INTEGER, rank INTEGER, document INTEGER);
CREATE INDEX judgements_query ON judgements (query);
CREATE INDEX found_query ON found (query);
CREATE INDEX documents_id ON documents (id);
"""


def write_map(
    folder: Path,
    collection: Collection,
    there: NDArray[np.int64],
    documents: NDArray[np.float32],
    queries: NDArray[np.float32],
    found: NDArray[np.int64],
    ctx: Context,
) -> None:
    """Points and what they stand for.

    Args:
        there: places of the documents on the map.
        documents: (there, 2); queries: (queries, 2).
        found: (queries, k) places of the documents nearest to each query, -1 for none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = np.full(len(collection.documents), -1, dtype=np.int64)
    number[there] = np.arange(len(there))
    part = folder / f"{FILE}.part"
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as database:
        database.executescript(_TABLES)
        for name, points in (("documents", documents), ("queries", queries)):
            data = np.ascontiguousarray(points, dtype="<f4").tobytes()
            database.execute("INSERT INTO points VALUES (?, ?)", (name, data))
        for first in range(0, len(there), _AT_ONCE):
            ctx.progress(first, len(there), "Writing the map")
            database.executemany(
                "INSERT INTO documents VALUES (?, ?, ?, ?)",
                [
                    (row, collection.documents.ids[place], *_said(collection, int(place)))
                    for row, place in enumerate(there[first : first + _AT_ONCE], start=first)
                ],
            )
        for row, id in enumerate(collection.queries.ids):
            ctx.progress(row, len(queries), "Writing the queries")
            database.execute("INSERT INTO queries VALUES (?, ?, ?)", (row, id, collection.queries.text(row)))
            grades = collection.judgements.get(id, {})
            database.executemany(
                "INSERT INTO judgements VALUES (?, ?, ?)",
                [
                    (row, int(number[collection.places[document]]), grade)
                    for document, grade in grades.items()
                    if document in collection.places and number[collection.places[document]] >= 0
                ],
            )
            database.executemany(
                "INSERT INTO found VALUES (?, ?, ?)",
                [
                    (row, rank, int(number[place]))
                    for rank, place in enumerate(found[row], start=1)
                    if place >= 0
                ],
            )
        database.commit()
    part.replace(folder / FILE)


def _said(collection: Collection, place: int) -> tuple[str, str]:
    title, body = collection.documents.title(place), " ".join(collection.documents.body(place).split())
    return title, body if len(body) <= _SNIPPET else f"{body[:_SNIPPET].rsplit(' ', 1)[0]}…"
