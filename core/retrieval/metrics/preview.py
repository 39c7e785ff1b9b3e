"""What can be said of a measuring before it runs: which files and measures will not do."""

from __future__ import annotations

from core.jobs.preview import Preview, Problem
from core.retrieval.measures.spelt import expanded
from core.retrieval.metrics.request import MetricsRequest

_BYTES_A_SECOND = 20_000_000


def preview(request: MetricsRequest) -> Preview:
    """Never raises. Looks at no more than the files' sizes."""
    problems: list[Problem] = []
    size = 0
    for field, path in [("qrels", request.qrels), *(("runs", run) for run in request.runs)]:
        try:
            if path.expanduser().is_dir():
                problems.append(Problem(field=field, message=f"{path} is a folder; choose a file."))
            size += path.expanduser().stat().st_size
        except OSError as error:
            problems.append(Problem(field=field, message=f"{path} cannot be read: {error.strerror}."))
    try:
        expanded(request.measures)
    except ValueError as error:
        problems.append(Problem(field="measures", message=f"{error}."))
    return Preview(
        problems=problems,
        seconds=None if problems else 0.5 + size / _BYTES_A_SECOND,
        memory_bytes=100_000_000 + 6 * size,
    )
