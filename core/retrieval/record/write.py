"""A record written: see `core.retrieval.record.inspect` for how it is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np

from core.collections.collection import Collection
from core.jobs.context import Context
from core.retrieval.ranking import Ranking
from core.retrieval.record.inspect import FILE

DEPTH = 100
"""Hits kept of each query and system; judged documents are kept at any rank."""
TEXTS = 20
"""Hits of each query and system whose texts are kept, too."""
_LONGEST = 20_000
"""Characters of a text that are kept."""
_QUERIES_AT_ONCE = 200
_SCHEMA = """
CREATE TABLE systems (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE queries (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL, relevant INTEGER NOT NULL
);
CREATE TABLE judgements (
    query INTEGER NOT NULL, document TEXT NOT NULL, grade INTEGER NOT NULL, PRIMARY KEY (query, document)
) WITHOUT ROWID;
CREATE TABLE hits (
    query INTEGER NOT NULL, system INTEGER NOT NULL, rank INTEGER NOT NULL, document TEXT NOT NULL,
    score REAL NOT NULL, grade INTEGER, PRIMARY KEY (query, system, rank)
) WITHOUT ROWID;
CREATE TABLE documents (id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
"""


def write_record(folder: Path, collection: Collection, rankings: Mapping[str, Ranking], ctx: Context) -> Path:
    """Write ``record.sqlite`` into `folder`, in place of one that is there; returns the file."""
    file = folder / FILE
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        database.executemany("INSERT INTO systems VALUES (?, ?)", enumerate(rankings))
        _write_queries(database, collection)
        wanted: set[int] = set()
        total = len(rankings) * len(collection.queries)
        for number, ranking in enumerate(rankings.values()):
            for first in range(0, len(collection.queries), _QUERIES_AT_ONCE):
                last = min(first + _QUERIES_AT_ONCE, len(collection.queries))
                ctx.progress(number * len(collection.queries) + first, total, "Writing the rankings")
                database.executemany(
                    "INSERT INTO hits VALUES (?, ?, ?, ?, ?, ?)",
                    _hits(collection, ranking, number, first, last),
                )
                shown = ranking.places[first:last, :TEXTS]
                wanted.update(int(place) for place in shown[shown >= 0])
        judged = {id for grades in collection.judgements.values() for id in grades}
        wanted.update(collection.places[id] for id in judged if id in collection.places)
        database.executemany(
            "INSERT OR IGNORE INTO documents VALUES (?, ?, ?)", _documents(collection, sorted(wanted), ctx)
        )
    return file


def _write_queries(database: sqlite3.Connection, collection: Collection) -> None:
    for number, id in enumerate(collection.queries.ids):
        grades = collection.judgements.get(id, {})
        relevant = sum(grade > 0 for grade in grades.values())
        database.execute(
            "INSERT INTO queries VALUES (?, ?, ?, ?)", (number, id, collection.queries.text(number), relevant)
        )
        database.executemany(
            "INSERT INTO judgements VALUES (?, ?, ?)",
            ((number, document, grade) for document, grade in grades.items()),
        )


def _hits(
    collection: Collection, ranking: Ranking, system: int, first: int, last: int
) -> Iterator[tuple[int, int, int, str, float, int | None]]:
    ids = collection.documents.ids
    for query in range(first, last):
        grades = collection.judgements.get(collection.queries.ids[query], {})
        places = ranking.places[query]
        kept = np.flatnonzero(places[:DEPTH] >= 0).tolist()
        judged = {collection.places[id] for id in grades if id in collection.places}
        below = np.flatnonzero(np.isin(places[DEPTH:], list(judged))) + DEPTH
        for rank in [*kept, *below.tolist()]:
            id = ids[int(places[rank])]
            yield query, system, rank + 1, id, float(ranking.scores[query, rank]), grades.get(id)


def _documents(collection: Collection, places: list[int], ctx: Context) -> Iterator[tuple[str, str, str]]:
    for number, place in enumerate(places):
        if number % 500 == 0:
            ctx.progress(number, len(places), "Writing the texts")
        documents = collection.documents
        yield documents.ids[place], documents.title(place), documents.body(place)[:_LONGEST]
