"""Documents on their way into a collection, and the ways they come by: tables, folders, collections."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.collections.decoded import read_decoded
from core.collections.grades import whole
from core.collections.line_texts import LineTexts
from core.collections.tally import Tally
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.collections.tables.roles import Roles
from core.retrieval.collections.tables.rows import Rows, cell

TEXT_FILES = (".txt", ".text", ".md", ".markdown", ".rst", ".adoc", ".org", ".tex", ".log")
"""Endings of the files of a folder that are documents; ``.gz`` files are none."""
_AT_ONCE = 512


@dataclass(frozen=True)
class Incoming:
    """`place` is where it comes from, in words; `more` what else is written of it."""

    id: str
    title: str
    text: str
    place: str
    more: Mapping[str, Any] = field(default_factory=dict)


def hash_id(text: str) -> str:
    """12 hexadecimal digits that stand for a text: the id of a document that has none of its own."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def of_table(rows: Rows, roles: Roles, tally: Tally) -> Iterator[Incoming]:
    """A document of each row; without a column of ids they are numbered from 1, in the order of the rows."""
    for number, (place, row) in enumerate(rows.each(tally), start=1):
        id = (cell(row, roles.id) or "").strip() if roles.id is not None else str(number)
        if not id:
            tally.note("rows without an id (left out)", place)
            continue
        parts = [cell(row, column) for column in roles.text]
        text = " ".join(part for part in parts if part)
        title = (cell(row, roles.title) or "") if roles.title is not None else ""
        yield Incoming(id, title, text, place)


def of_collection(documents: LineTexts) -> Iterator[Incoming]:
    """Those of a collection in BEIR's layout, as they are."""
    for first in range(0, len(documents), _AT_ONCE):
        for place, record in enumerate(documents.records(first, first + _AT_ONCE), start=first):
            where = f"{documents.source.name}, line {documents.numbers[place]:,}"
            yield Incoming(record.id, record.title, record.body, where)


def of_folder(folder: Path, tally: Tally, ctx: Context, *, field: str | None) -> Iterator[Incoming]:
    """A document of each text file in a folder and in those within it: its id is its path from there, with
    ``/`` and in Unicode's form NFC. Links are not followed, what begins with a dot is left out.

    Raises:
        UserError: it may not be read, or a file is too large.
    """
    files = list(_files(folder, tally))
    for number, file in enumerate(files):
        ctx.progress(number, len(files), f"Reading {folder.name}")
        id = unicodedata.normalize("NFC", file.relative_to(folder).as_posix())
        yield Incoming(id, "", read_decoded(file, tally, field=field), id)


def _files(folder: Path, tally: Tally) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        tally.note("folders that may not be read (left out)", str(error.filename))

    for place, folders, names in os.walk(folder, onerror=refuse):
        for name in [name for name in folders if (Path(place) / name).is_symlink()]:
            tally.note("links (not followed)", str((Path(place) / name).relative_to(folder)))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place) / name
            if name.startswith("."):
                continue
            if file.is_symlink():
                tally.note("links (not followed)", str(file.relative_to(folder)))
            elif file.suffix.lower() not in TEXT_FILES:
                tally.note("files that are no plain text (left out)", str(file.relative_to(folder)))
            else:
                yield file


def in_passages(
    documents: Iterator[Incoming], cut: Callable[[str], list[tuple[int, int]]]
) -> Iterator[Incoming]:
    """Each document in passages ``ID#1``, ``ID#2`` …, which say their ``parent`` and where they begin and
    end in its text."""
    for document in documents:
        for number, (begin, end) in enumerate(cut(document.text), start=1):
            yield Incoming(
                f"{document.id}#{number}",
                document.title,
                document.text[begin:end],
                document.place,
                {**document.more, "parent": document.id, "begin": begin, "end": end},
            )


@dataclass
class Examples:
    """Queries and judgements that a table of queries with their answers holds; filled as `documents` is gone
    through."""

    queries: dict[str, str] = field(default_factory=dict)
    judgements: dict[str, dict[str, int]] = field(default_factory=dict)

    def documents(self, rows: Rows, roles: Roles, tally: Tally, *, field: str | None) -> Iterator[Incoming]:
        """The answers and the negatives, each text once.

        Raises:
            UserError: a grade that is no whole number, or two grades of a pair.
        """
        assert roles.query is not None
        assert roles.positive is not None
        known: set[str] = set()
        for place, row in rows.each(tally):
            query = (cell(row, roles.query) or "").strip()
            answer = (cell(row, roles.positive) or "").strip()
            if not query or not answer:
                tally.note("rows without a query or without an answer (left out)", place)
                continue
            grade = _grade(cell(row, roles.grade), place, tally, field) if roles.grade is not None else 1
            texts = [(answer, grade)]
            negative = (cell(row, roles.negative) or "").strip() if roles.negative is not None else ""
            if negative:
                texts.append((negative, 0))
            query_id = hash_id(query)
            self.queries[query_id] = query
            for text, given in texts:
                id = hash_id(text)
                self._judge(query_id, id, given, place, tally)
                if id not in known:
                    known.add(id)
                    yield Incoming(id, "", text, place)

    def _judge(self, query: str, document: str, grade: int, place: str, tally: Tally) -> None:
        grades = self.judgements.setdefault(query, {})
        before = grades.get(document)
        if before is not None and before != grade:
            tally.note("pairs with several grades (the highest counts)", place)
        grades[document] = grade if before is None else max(grade, before)


def _grade(said: str | None, place: str, tally: Tally, field: str | None) -> int:
    try:
        return whole((said or "").strip(), tally, place)
    except ValueError as error:
        raise UserError(f"{place}: the row {error}.", field=field) from None
