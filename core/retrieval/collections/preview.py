"""What can be said of a collection before it is made: faults, what was found, the cost."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.retrieval.collections.request import CollectionRequest

_BYTES_A_SECOND = 25e6
"""Read, written and read again."""
_BUILD_BYTES_A_SECOND = 4e6
"""Of text cut into words, for each kind of made queries: three times through all documents."""
_LIBRARIES = 120_000_000
_MOST_FILES = 20_000
"""That are looked at; a larger folder takes longer than is foreseen."""
_HELD = 0.1
"""Of the text's bytes, for ids and places."""


def preview(request: CollectionRequest) -> Preview:
    """Never raises. Reads the head of the files."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    asks: list[str] = []
    for look in (_look_at_source, _look_at_queries, _look_at_judgements, _look_at_out):
        try:
            look(request, notes, asks)
        except UserError as error:
            problems.append(Problem(field=error.field, message=error.message))
    size = _size(request.source)
    return Preview(
        problems=problems,
        notes=notes,
        asks=asks,
        seconds=1 + size / _BYTES_A_SECOND + len(request.make) * size / _BUILD_BYTES_A_SECOND,
        memory_bytes=int(_LIBRARIES + size * _HELD),
        disk_bytes=size,
    )


def _look_at_source(request: CollectionRequest, notes: dict[str, str], asks: list[str]) -> None:
    from core.retrieval.collections.head import head_of

    head = head_of(request)
    if head.kind != "table":
        notes["source"] = f"{head.format[:1].upper()}{head.format[1:]}."
        return
    notes["source"] = f"{head.format}: {_listed(head.columns)}."
    for role in ("id", "title", "query", "positive", "negative", "grade"):
        column = next((column for column, its in head.roles.items() if its == role), None)
        if column is not None and getattr(request, f"{role}_column") is None:
            notes[f"{role}_column"] = f"{column}, by its name"
    texts = [column for column, role in head.roles.items() if role == "text"]
    if texts and not request.text_columns:
        notes["text_columns"] = f"{', '.join(texts)}, by name or length"
    if "query" in head.roles.values():
        asks += ["query_column", "positive_column"]
    else:
        asks += ["id_column", "title_column"]


def _look_at_queries(request: CollectionRequest, notes: dict[str, str], asks: list[str]) -> None:
    from core.collections.tally import Tally
    from core.retrieval.collections.queries import read_queries

    if request.queries is None:
        return
    found = read_queries(request.queries, None, Tally(), part=request.topic)
    notes["queries"] = f"{len(found):,} queries; the first: {next(iter(found.values()))[:80]}"


def _look_at_judgements(request: CollectionRequest, notes: dict[str, str], asks: list[str]) -> None:
    from core.collections.trec import read_qrels

    if request.judgements is None:
        return
    if _size(request.judgements) > 20_000_000:
        notes["judgements"] = "Large; read when it runs."
        return
    found = read_qrels(request.judgements, "judgements")
    notes["judgements"] = f"{sum(map(len, found.values())):,} of {len(found):,} queries"


def _look_at_out(request: CollectionRequest, notes: dict[str, str], asks: list[str]) -> None:
    from core.output import check_output

    if request.out is None:
        return
    check_output(
        request.out,
        replace=request.replace,
        needed=_size(request.source),
        sources=[request.source],
        holds=lambda folder: (folder / "corpus.jsonl").is_file(),
        what="collection",
    )


def _size(path: Path) -> int:
    """Bytes of a file, or of the first files in a folder; packed ones count four times."""
    try:
        found = islice(path.rglob("*"), _MOST_FILES) if path.is_dir() else [path]
        files = [file for file in found if file.is_file()]
        return sum(file.stat().st_size * (4 if file.suffix == ".gz" else 1) for file in files)
    except OSError:
        return 0


def _listed(columns: list[str]) -> str:
    more = len(columns) - 8
    return ", ".join(columns[:8]) + (f" and {more} more" if more > 0 else "")
