"""TREC's files: judgements (qrels) and rankings (runs), as trec_eval reads them.

Formats: usnistgov/trec_eval, README and get_qrels.c, get_trec_results.c.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.collections.grades import Judgements, add_grade, read_table, whole
from core.collections.record_line import NOT_UTF8, fit
from core.collections.source import Source
from core.collections.tally import Faults, Tally
from core.errors import UserError
from core.jobs.context import Context

_RUN_FIELDS = 6


@dataclass(frozen=True, eq=False)
class Run:
    """A ranking of another program. Queries in the order of the file, documents in that of evaluation: by
    score, highest first, equal ones by their id, descending; the rank that the file states plays no part.

    `scores`: float64, one array for each query.
    """

    name: str
    queries: list[str]
    documents: list[list[str]]
    scores: list[NDArray[np.float64]]


def read_qrels(
    path: Path, field: str | None = "qrels", *, ctx: Context | None = None, tally: Tally | None = None
) -> Judgements:
    """Query → document → grade, of TREC's four fields (query, iteration, document, grade, with white space
    between), or of a table in BEIR's layout (``.tsv`` of three fields, ``.jsonl``). Negative grades stay.

    Raises:
        UserError: the file cannot be read, holds no judgements, or lines that are none; which.
    """
    source = Source(Path(path).expanduser(), ctx, field=field)
    tally = tally if tally is not None else Tally()
    found = read_table(source, tally, field=field) if _is_table(source) else _qrels(source, tally, field)
    if not found:
        raise UserError(f"{source.path} holds no judgements.", field=field)
    return found


def _is_table(source: Source) -> bool:
    if source.name.removesuffix(".gz").endswith(".jsonl"):
        return True
    first = next((line for _, line in _said(source)), b"")
    return first.count(b"\t") == 2


def _qrels(source: Source, tally: Tally, field: str | None) -> Judgements:
    found: Judgements = {}
    faults = Faults(str(source.path), field)
    for number, line in _said(source):
        place = f"{source.name}, line {number:,}"
        fields = _text(line, tally, place).split()
        try:
            if len(fields) != 4:
                raise ValueError(
                    f"has {len(fields)} fields; a judgement has 4: query, iteration, document and grade"
                )
            add_grade(found, fields[0], fields[2], whole(fields[3], tally, place), tally, place)
        except ValueError as error:
            faults.add(number, str(error))
    faults.check()
    return found


def read_run(
    path: Path,
    field: str | None = "run",
    *,
    precision: Literal["single", "double"] = "single",
    ctx: Context | None = None,
    tally: Tally | None = None,
) -> Run:
    """A run of six fields or more: query, ``Q0``, document, rank, score, name, with white space between; with
    exactly five tabs in the lines, ids may hold spaces. Lines that begin with ``#`` are comments.

    Args:
        precision: of the scores when they are ordered: single as in trec_eval 9 (and pytrec_eval), double
            as in trec_eval 10.

    Raises:
        UserError: the file cannot be read or holds no hits; a line is none; a score is NaN or infinite; a
            document is there twice for a query; which line.
    """
    source = Source(Path(path).expanduser(), ctx, field=field)
    tally = tally if tally is not None else Tally()
    name, hits = _hits(source, tally, field)
    if not hits:
        raise UserError(f"{source.path} holds no hits.", field=field)
    documents: list[list[str]] = []
    scores: list[NDArray[np.float64]] = []
    for query, found in hits.items():
        _check_hits(source, query, found, field)
        order = _order(found, precision)
        documents.append([found.documents[place] for place in order])
        scores.append(np.array(found.scores, dtype=np.float64)[order])
        found.clear()
    return Run(name, list(hits), documents, scores)


class _Hits:
    """Of one query, as they come; `numbers` are their lines."""

    __slots__ = ("documents", "numbers", "scores")

    def __init__(self) -> None:
        self.documents: list[str] = []
        self.scores = array("d")
        self.numbers = array("I")

    def clear(self) -> None:
        self.documents, self.scores, self.numbers = [], array("d"), array("I")


def _hits(source: Source, tally: Tally, field: str | None) -> tuple[str, dict[str, _Hits]]:
    """The run's name, and the hits of each query in the order of the file."""
    found: dict[bytes, _Hits] = {}
    faults = Faults(str(source.path), field)
    tabs = next((line.count(b"\t") == _RUN_FIELDS - 1 for _, line in _said(source)), False)
    name = b""
    for start, block in source.blocks():
        columns = _columns(start, block) or _careful_columns(start, block, tabs, faults)
        ids = _decoded(columns, source, tally)
        first = 0
        for query, group in groupby(columns.queries):
            last = first + len(list(group))
            hits = found.setdefault(query, _Hits())
            hits.documents += ids[first:last]
            hits.scores.extend(columns.scores[first:last])
            hits.numbers.extend(columns.numbers[first:last])
            first = last
        name = name or columns.name
    faults.check()
    return name.decode("utf-8", "replace"), {
        _text(query, tally, source.name): hits for query, hits in found.items()
    }


class _Columns(NamedTuple):
    """Of some lines: all have a number, a query, a document and a score."""

    numbers: Sequence[int]
    queries: list[bytes]
    documents: list[bytes]
    scores: list[float]
    name: bytes


def _columns(start: int, block: bytes) -> _Columns | None:
    """The columns of lines that have six fields each, as most runs have; None where that is not certain.

    One split of all lines takes a quarter of the time of one for each. Were a line a field short and another
    one too long, the second column would not be the same everywhere.
    """
    fields = block.split()
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    if len(fields) != _RUN_FIELDS * lines or block.startswith(b"#") or b"\n#" in block:
        return None
    for same in (1, 5):
        if fields[same::_RUN_FIELDS].count(fields[same]) != lines:
            return None
    try:
        scores = list(map(float, fields[4::_RUN_FIELDS]))
    except ValueError:
        return None
    return _Columns(
        range(start, start + lines), fields[0::_RUN_FIELDS], fields[2::_RUN_FIELDS], scores, fields[5]
    )


def _careful_columns(start: int, block: bytes, tabs: bool, faults: Faults) -> _Columns:
    """The same of any lines, one after the other."""
    numbers: list[int] = []
    queries: list[bytes] = []
    documents: list[bytes] = []
    scores: list[float] = []
    name = b""
    for number, line in enumerate(block.split(b"\n"), start=start):
        if not _says(line):
            continue
        fields = [field.strip() for field in line.split(b"\t")] if tabs else line.split()
        if len(fields) < _RUN_FIELDS:
            faults.add(
                number,
                f"has {len(fields)} fields; a hit has 6: query, Q0, document, rank, score and the run's name",
            )
            continue
        try:
            score = float(fields[4])
        except ValueError:
            faults.add(number, f"has the score {fields[4].decode('utf-8', 'replace')!r}, which is no number")
            continue
        numbers.append(number)
        queries.append(fields[0])
        documents.append(fields[2])
        scores.append(score)
        name = name or fields[5]
    return _Columns(numbers, queries, documents, scores, name)


def _decoded(columns: _Columns, source: Source, tally: Tally) -> list[str]:
    """Ids as text: all in one go, where nothing in them is to be mended."""
    try:
        text = b"\n".join(columns.documents).decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and fit(text) == text:
        return text.split("\n")
    return [
        _text(document, tally, f"{source.name}, line {number:,}")
        for document, number in zip(columns.documents, columns.numbers, strict=True)
    ]


def _check_hits(source: Source, query: str, hits: _Hits, field: str | None) -> None:
    finite = np.isfinite(np.frombuffer(hits.scores, dtype=np.float64))
    if not finite.all():
        place = int(np.argmin(finite))
        raise UserError(
            f"{source.path}, line {hits.numbers[place]:,}: the score is {hits.scores[place]}, which has no "
            f"place in an order. Query {query!r} cannot be evaluated; make the run again.",
            field=field,
        )
    if len(set(hits.documents)) != len(hits.documents):
        first: dict[str, int] = {}
        for place, document in enumerate(hits.documents):
            if document in first:
                raise UserError(
                    f"{source.path}, line {hits.numbers[place]:,}: document {document!r} is there twice for "
                    f"query {query!r} (first in line {hits.numbers[first[document]]:,}). Take one out.",
                    field=field,
                )
            first[document] = place


def _order(hits: _Hits, precision: str) -> list[int]:
    """The places of the hits in the order of evaluation."""
    with np.errstate(over="ignore"):
        scores = np.array(hits.scores, dtype=np.float32 if precision == "single" else np.float64)
    order = np.argsort(np.negative(scores), kind="stable")
    if not (np.diff(scores[order]) == 0).any():
        found: list[int] = order.tolist()
        return found
    # Python compares texts by code points, which is the order of their UTF-8 bytes.
    known = scores.tolist()
    documents = hits.documents
    return sorted(range(len(documents)), key=lambda place: (known[place], documents[place]), reverse=True)


def _said(source: Source) -> Iterator[tuple[int, bytes]]:
    """The lines that are neither blank nor comments."""
    for number, _, line in source.lines():
        if line is None:
            raise UserError(f"{source.path}, line {number:,}, is far too long for a hit or a judgement.")
        if _says(line):
            yield number, line


def _says(line: bytes) -> bool:
    """Whether a line is neither blank nor a comment."""
    return line[:1] != b"#" and bool(line.strip())


def _text(data: bytes, tally: Tally, place: str) -> str:
    try:
        return fit(data.decode("utf-8"))
    except UnicodeDecodeError:
        tally.note(NOT_UTF8, place)
        return fit(data.decode("utf-8", "replace"))
