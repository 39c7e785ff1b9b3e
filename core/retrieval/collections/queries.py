"""Queries from a file, whichever way they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from core.collections.decoded import read_decoded
from core.collections.tally import Tally
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.collections.tables.opened import open_rows
from core.retrieval.collections.tables.roles import guessed
from core.retrieval.collections.tables.rows import cell
from core.retrieval.collections.topics import Topic, read_topics

_TABLES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
_LOOKED_AT = 100

Part = Literal["title", "description", "both"]


def read_queries(
    path: Path, ctx: Context | None, tally: Tally, *, part: Part = "title", field: str | None = "queries"
) -> dict[str, str]:
    """Id → text, of a table, of TREC's topics, of lines of id, tab and text, or of lines of text alone, which
    are numbered.

    Raises:
        UserError: the file cannot be read, or holds no queries; a query's id stands for two texts.
    """
    path = path.expanduser()
    if Path(path.name.removesuffix(".gz")).suffix.lower() in _TABLES:
        found = _of_table(path, ctx, tally, field)
    else:
        found = _of_text(path, tally, part, field)
    if not found:
        raise UserError(f"{path} holds no queries.", field=field)
    return found


def _of_text(path: Path, tally: Tally, part: Part, field: str | None) -> dict[str, str]:
    lines = [line for line in read_decoded(path, tally, field=field).split("\n") if line.strip()]
    tabbed = all("\t" in line for line in lines)
    marked = any("<top" in line.lower() for line in lines)
    if marked or (tabbed and lines):
        return {topic.id: _part(topic, part) for topic in read_topics(path, field, tally=tally)}
    return {str(number): line.strip() for number, line in enumerate(lines, start=1)}


def _part(topic: Topic, part: Part) -> str:
    if part == "both":
        return f"{topic.title} {topic.description}".strip()
    return (topic.description or topic.title) if part == "description" else topic.title or topic.description


def _of_table(path: Path, ctx: Context | None, tally: Tally, field: str | None) -> dict[str, str]:
    rows = open_rows(path, ctx, tally, field=field)
    columns = rows.columns()
    roles = guessed(columns, rows.first(_LOOKED_AT))
    id, text = roles.id, roles.query or next(iter(roles.text), None)
    if columns == ["column 1", "column 2"]:  # without a header
        id, text = columns
    if text is None:
        raise UserError(f"{path} has no column of queries; there are {', '.join(columns)}.", field=field)
    found: dict[str, str] = {}
    for number, (place, row) in enumerate(rows.each(tally), start=1):
        key = (cell(row, id) or "").strip() if id is not None else str(number)
        said = (cell(row, text) or "").strip()
        if not key:
            tally.note("queries without an id (left out)", place)
        elif found.setdefault(key, said) != said:
            raise UserError(
                f"{place}: the id {key!r} stands for another query, too. Give each its own.", field=field
            )
    return found
