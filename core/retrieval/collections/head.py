"""The head of a source: which columns there are, what stands in them, and what they are for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.collections.tally import Tally
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.collections.inspect import Head
from core.retrieval.collections.request import NO_COLUMN, CollectionRequest
from core.retrieval.collections.tables.opened import open_rows
from core.retrieval.collections.tables.roles import Roles, guessed
from core.retrieval.collections.tables.rows import Row, Rows, cell

LOOKED_AT = 100
"""Rows by which roles are guessed."""
_SHOWN = 20
_LONGEST = 300
"""Characters of a cell that is shown."""


def kind_of(source: Path, *, field: str = "source") -> str:
    """``table``, ``folder`` or ``collection``.

    Raises:
        UserError: there is nothing there.
    """
    if not source.exists():
        raise UserError(f"There is no {source}.", field=field)
    if not source.is_dir():
        return "table"
    return "collection" if any((source / f"corpus.jsonl{end}").is_file() for end in ("", ".gz")) else "folder"


def head_of(request: CollectionRequest) -> Head:
    """
    Raises:
        UserError: the source cannot be read, or has no such column.
    """
    source = request.source.expanduser()
    kind = kind_of(source)
    if kind != "table":
        return Head(kind=kind, format=FORMATS[kind])
    rows = opened(request, None, Tally(), glance=True)
    columns = rows.columns()
    first = rows.first(LOOKED_AT)
    roles = roles_of(request, columns, first)
    by_column = {column: role for role, names in listed(roles).items() for column in names}
    return Head(
        kind=kind,
        format=rows.format,
        columns=columns,
        rows=[[(cell(row, column) or "")[:_LONGEST] for column in columns] for row in first[:_SHOWN]],
        roles=by_column,
    )


FORMATS = {"folder": "a folder of text files", "collection": "a collection"}


def opened(request: CollectionRequest, ctx: Context | None, tally: Tally, *, glance: bool = False) -> Rows:
    """The table that is the request's source."""
    return open_rows(
        request.source.expanduser(),
        ctx,
        tally,
        header=request.with_header,
        separator=request.separated_by,
        glance=glance,
        field="source",
    )


def roles_of(request: CollectionRequest, columns: Sequence[str], first: Sequence[Row]) -> Roles:
    """What was asked for, and what is guessed of the rest. A column of texts that is named makes each row a
    document; one of queries, a query with its answer.

    Raises:
        UserError: there is no such column, or none that holds text.
    """
    named: dict[str, Any] = {
        "id": request.id_column,
        "title": request.title_column,
        "query": request.query_column,
        "positive": request.positive_column,
        "negative": request.negative_column,
        "grade": request.grade_column,
    }
    barred = {role for role, column in named.items() if column == NO_COLUMN}
    given = {role: column for role, column in named.items() if column is not None and role not in barred}
    for role, column in [*given.items(), *(("text", column) for column in request.text_columns)]:
        if not _is_there(column, columns, first):
            raise UserError(
                f"{request.source} has no column {column!r}; there are {_listed(columns)}.",
                field="text_columns" if role == "text" else f"{role}_column",
            )
    rest = [column for column in columns if column not in given.values()]
    guess = _without(guessed(rest, first), barred)
    if request.text_columns:
        title = given.get("title") or (guess.title if guess.title not in request.text_columns else None)
        id = given.get("id") or _without(guessed(columns, first), barred).id
        return Roles(id=id, text=request.text_columns, title=title)
    if "query" in given or "positive" in given or guess.examples:
        return _examples(request, given, guess)
    if not guess.text:
        raise UserError(
            f"No column of {request.source} holds text; there are {_listed(columns)}.", field="text_columns"
        )
    return Roles(id=given.get("id") or guess.id, text=guess.text, title=given.get("title") or guess.title)


def _examples(request: CollectionRequest, given: dict[str, str], guess: Roles) -> Roles:
    query = given.get("query") or guess.query
    positive = given.get("positive") or guess.positive or next(iter(guess.text), None)
    if query is None or positive is None:
        missing = "query" if query is None else "positive"
        raise UserError(
            f"{request.source}: say which column holds the {'queries' if query is None else 'answers'}.",
            field=f"{missing}_column",
        )
    return Roles(
        query=query,
        positive=positive,
        negative=given.get("negative") or guess.negative,
        grade=given.get("grade") or guess.grade,
    )


def _without(guess: Roles, barred: set[str]) -> Roles:
    """What was guessed, but for what no column is to be for."""
    left: dict[str, Any] = dict.fromkeys(barred)
    if guess.examples and barred & {"query", "positive"}:
        return Roles(text=[guess.positive or ""])
    return replace(guess, **left)


def listed(roles: Roles) -> dict[str, list[str]]:
    """Role → its columns; those that have none are left out."""
    found = {
        "id": roles.id,
        "title": roles.title,
        "query": roles.query,
        "positive": roles.positive,
        "negative": roles.negative,
        "grade": roles.grade,
    }
    return {
        **{role: [column] for role, column in found.items() if column is not None},
        **({"text": roles.text} if roles.text else {}),
    }


def _is_there(column: str, columns: Sequence[str], first: Sequence[Row]) -> bool:
    return column in columns or any(cell(row, column) is not None for row in first)


def _listed(columns: Sequence[str]) -> str:
    more = len(columns) - 20
    return ", ".join(columns[:20]) + (f" and {more} more" if more > 0 else "")
