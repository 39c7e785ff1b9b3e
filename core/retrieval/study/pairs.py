"""Pairs that heads are trained on: a person's own, or made of a collection's documents."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.collections.collection import Collection
from core.errors import UserError
from core.retrieval.result_parts import Skipped
from core.text_files import read_text

_LISTED = 20
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_SHORTEST = 20
"""Characters of what is left after the first sentence."""


@dataclass(frozen=True)
class Pair:
    query: str
    positive: str
    negative: str | None = None


def read_pairs(path: Path, most: int) -> tuple[list[Pair], list[Skipped]]:
    """The first `most` of a CSV or JSONL file with ``query``, ``positive`` and, if it has it, ``negative``.

    Raises:
        UserError: it cannot be read, lacks a column, or has fewer than two pairs.
    """
    text = read_text(path, field="pairs")
    records = _jsonl(text, path) if path.suffix.lower() in (".jsonl", ".ndjson") else _csv(text, path)
    found: list[Pair] = []
    empty: list[str] = []
    for place, record in records:
        query, positive, negative = (_said(record.get(key)) for key in ("query", "positive", "negative"))
        if query and positive:
            found.append(Pair(query, positive, negative or None))
        else:
            empty.append(place)
        if len(found) == most:
            break
    if len(found) < 2:
        raise UserError(
            f"{path} has {len(found)} pairs with a query and a positive; two are needed.", field="pairs"
        )
    what = "pairs without a query or a positive"
    skipped = [Skipped(what=what, count=len(empty), places=empty[:_LISTED])] if empty else []
    return found, skipped


def made_pairs(collection: Collection, most: int, seed: int) -> tuple[list[Pair], str]:
    """Of `most` documents drawn at random: the title with the body; where no document has a title, the first
    sentence with the rest. And how, in words.

    Raises:
        UserError: the documents are too short for it.
    """
    documents = collection.documents
    order = np.random.default_rng(seed).permutation(len(documents)).tolist()
    titled = [
        Pair(documents.title(place), documents.body(place)) for place in _with_title(collection, order, most)
    ]
    if len(titled) >= 2:
        return titled, "titles and bodies of its documents"
    begun: list[Pair] = []
    for place in order:
        first, *rest = _SENTENCE.split(documents.body(place).strip(), maxsplit=1)
        if rest and len(rest[0]) >= _SHORTEST:
            begun.append(Pair(first, rest[0]))
        if len(begun) == most:
            break
    if len(begun) < 2:
        raise UserError(
            f"The documents of {collection.name} have no titles and a sentence each at most, so no pairs "
            "can be made of them: give pairs to train on, or train no head.",
            field="pairs",
        )
    return begun, "first sentences of its documents and what follows"


def apart(pairs: list[Pair], collection: Collection) -> tuple[list[Pair], list[Skipped]]:
    """Those whose query is none of the collection's, on which the heads are measured."""
    asked = {_plain(collection.queries.text(place)) for place in range(len(collection.queries))}
    kept = [pair for pair in pairs if _plain(pair.query) not in asked]
    left = len(pairs) - len(kept)
    if len(kept) < 2:
        raise UserError(
            "The pairs are the collection's own queries, and heads are measured on these: give others.",
            field="pairs",
        )
    what = "pairs whose query is one of the collection's"
    return kept, [Skipped(what=what, count=left)] if left else []


def _with_title(collection: Collection, order: list[int], most: int) -> list[int]:
    documents, found = collection.documents, list[int]()
    for place in order:
        if documents.title(place).strip() and documents.body(place).strip():
            found.append(place)
        if len(found) == most:
            break
    return found


def _csv(text: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    comma = "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=comma)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = next((name for name in ("query", "positive") if name not in names), None)
    if missing:
        raise UserError(f"{path} has no column {missing!r}; it has {', '.join(names)}.", field="pairs")
    reader.fieldnames = names
    try:
        for record in reader:
            yield f"{path.name}, line {reader.line_num}", record
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}, is no CSV: {error}.", field="pairs") from None


def _jsonl(text: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise UserError(f"{path}, line {number}, is no JSON: {error}.", field="pairs") from None
        if not isinstance(record, dict):
            raise UserError(f"{path}, line {number}, is no JSON object.", field="pairs")
        yield f"{path.name}, line {number}", record


def _said(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
