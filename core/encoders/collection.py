"""A test collection in BEIR's layout: documents, queries, and which documents answer which query."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError


@dataclass(frozen=True)
class Collection:
    """`documents`: id → text (title, a space, text); `queries`: id → text, those judged only; `judgements`:
    query → document → grade. Ids are as they are spelt, never numbers."""

    name: str
    documents: dict[str, str]
    queries: dict[str, str]
    judgements: dict[str, dict[str, int]]


def read_collection(folder: Path, *, field: str, split: str = "test") -> Collection:
    """Read ``corpus.jsonl`` and ``queries.jsonl`` (or the same with ``.gz``) and ``qrels/test.tsv``; instead
    of the last, ``qrels.jsonl`` or the only table in ``qrels`` will do.

    Raises:
        UserError: a file is missing or damaged: which, and in which line.
    """
    documents = {
        id: f"{title} {text}" if (title := _string(line, "title")) else text
        for id, text, line in _texts(_file(folder, "corpus.jsonl", field), field)
    }
    queries = {id: text for id, text, _ in _texts(_file(folder, "queries.jsonl", field), field)}
    judgements = _judgements(folder, split, field)
    judged = {id: text for id, text in queries.items() if id in judgements}
    if not documents or not judged:
        raise UserError(
            f"{folder} holds no {'queries with judgements' if documents else 'documents'}.", field=field
        )
    return Collection(
        name=folder.name,
        documents=documents,
        queries=judged,
        judgements={id: judgements[id] for id in judged},
    )


def _file(folder: Path, name: str, field: str) -> Path:
    for file in (folder / name, folder / f"{name}.gz"):
        if file.is_file():
            return file
    raise UserError(
        f"There is no {name} in {folder}. A collection is a folder with corpus.jsonl, queries.jsonl and "
        "qrels/test.tsv.",
        field=field,
    )


def _texts(file: Path, field: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(id, text, line) of each line; the same document twice counts once."""
    seen: dict[str, str] = {}
    for number, line in _lines(file, field):
        data = _object(file, number, line, field)
        id, text = data.get("_id"), data.get("text")
        if isinstance(id, int):
            id = str(id)
        if not isinstance(id, str) or not isinstance(text, str):
            raise UserError(f"{file}, line {number:,}: no _id or no text.", field=field)
        if seen.setdefault(id, text) != text:
            raise UserError(
                f"{file}, line {number:,}: the id {id!r} stands for another text, too.", field=field
            )
        yield id, text, data


def _judgements(folder: Path, split: str, field: str) -> dict[str, dict[str, int]]:
    tables = sorted((folder / "qrels").glob("*.tsv"))
    named = folder / "qrels" / f"{split}.tsv"
    file = named if named.is_file() else folder / "qrels.jsonl"
    if not file.is_file() and len(tables) == 1:
        file = tables[0]
    if not file.is_file():
        raise UserError(f"There is no qrels/{split}.tsv in {folder}.", field=field)
    found: dict[str, dict[str, int]] = {}
    for number, line in _lines(file, field):
        if file.suffix == ".jsonl":
            data = _object(file, number, line, field)
            fields = [str(data.get(key, "")) for key in ("query-id", "corpus-id", "score")]
        else:
            fields = line.split("\t")
        if len(fields) != 3:
            raise UserError(f"{file}, line {number:,}: not query, document and grade.", field=field)
        query, document, grade = fields
        try:
            value = float(grade)
        except ValueError:
            if number == 1:
                continue  # a header
            raise UserError(
                f"{file}, line {number:,}: the grade {grade!r} is no number.", field=field
            ) from None
        if value != int(value):
            raise UserError(f"{file}, line {number:,}: the grade {grade} is no whole number.", field=field)
        if found.setdefault(query, {}).setdefault(document, int(value)) != int(value):
            raise UserError(f"{file}, line {number:,}: the pair has another grade, too.", field=field)
    return found


def _lines(file: Path, field: str) -> Iterator[tuple[int, str]]:
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if text.strip():
                    yield number, text
    except UnicodeDecodeError:
        raise UserError(f"{file}, line {number:,}, is not UTF-8.", field=field) from None
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{file} cannot be read: {error}.", field=field) from error


def _object(file: Path, number: int, line: str, field: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UserError(f"{file}, line {number:,}, is no JSON object.", field=field)
    return found


def _string(line: dict[str, Any], key: str) -> str:
    value = line.get(key)
    return value if isinstance(value, str) else ""
