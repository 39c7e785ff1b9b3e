"""What can be said of a comparison before it runs: which files are missing."""

from __future__ import annotations

from pathlib import Path

from core.jobs.preview import Preview, Problem
from core.retrieval.compare.request import CompareRequest
from core.retrieval.measures.spelt import measure

_BYTES_A_SECOND = 20_000_000


def preview(request: CompareRequest) -> Preview:
    """Never raises. Looks at no more than the files' sizes."""
    problems: list[Problem] = []
    if not request.results and len(request.runs) < 2:
        problems.append(Problem(field="runs", message="Choose two runs or more."))
    if request.qrels is None and request.collection is None and not request.results:
        problems.append(
            Problem(field="qrels", message="Choose the judgements, or the collection that has them.")
        )
    size = 0
    for field, path in _inputs(request):
        try:
            size += path.expanduser().stat().st_size
        except OSError as error:
            problems.append(Problem(field=field, message=f"{path} cannot be read: {error.strerror}."))
    for name in request.measures:
        try:
            measure(name)
        except ValueError as error:
            problems.append(Problem(field="measures", message=f"{error}."))
    return Preview(
        problems=problems,
        seconds=None if problems else 2 + size / _BYTES_A_SECOND,
        memory_bytes=200_000_000 + 6 * size,
    )


def _inputs(request: CompareRequest) -> list[tuple[str, Path]]:
    single = [("qrels", request.qrels), ("collection", request.collection)]
    return [
        *(("runs", path) for path in request.runs),
        *(("results", path) for path in request.results),
        *((field, path) for field, path in single if path is not None),
    ]
