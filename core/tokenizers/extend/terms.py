"""Glossaries: the terms of a domain, one an entry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import UserError
from core.tokenizers.corpus import Text, blocks, find_texts

_LONGEST = 200
"""Characters; longer lines are no terms."""
_MOST = 1_000_000


def read_terms(paths: Sequence[Path], *, field: str = "terms") -> list[str]:
    """The terms of all glossaries in their order, each once whatever its case.

    Numbers are none. A line each; of a ``.tsv`` the first column, of a ``.jsonl`` the field ``term``.

    Raises:
        UserError: a glossary cannot be read, holds no terms, or more than can be.
    """
    found: dict[str, str] = {}
    for text in find_texts(paths, field=field):
        before = len(found)
        for term in _terms(text, field):
            plain = " ".join(term.split())
            if plain and len(plain) <= _LONGEST and not plain.isdecimal():
                found.setdefault(plain.casefold(), plain)
        if len(found) > _MOST:
            raise UserError(f"{text.path} has more than {_MOST:,} terms: give fewer.", field=field)
        if len(found) == before and not before:
            raise UserError(f"{text.path} holds no terms.", field=field)
    return list(found.values())


def _terms(text: Text, field: str) -> Iterator[str]:
    kind = (text.path.with_suffix("") if text.path.suffix == ".gz" else text.path).suffix.lower()
    for number, line in enumerate(_lines(text, field), 1):
        if kind == ".jsonl":
            if line.strip():
                yield _term(line, text.path, number, field)
        else:
            yield line.split("\t")[0] if kind == ".tsv" else line


def _lines(text: Text, field: str) -> Iterator[str]:
    rest = ""
    for block in blocks(text, field=field):
        *lines, rest = (rest + block).split("\n")
        yield from lines
    yield rest


def _term(line: str, path: Path, number: int, field: str) -> str:
    try:
        entry = json.loads(line)
        term = entry["term"]
    except (ValueError, TypeError, KeyError, RecursionError):
        term = None
    if not isinstance(term, str):
        raise UserError(
            f'{path}, line {number:,}: there should be a JSON object with a text under "term".', field=field
        )
    return term
