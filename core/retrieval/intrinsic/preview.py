"""What can be said of intrinsic tests before they run: which files are missing."""

from __future__ import annotations

from pathlib import Path

from core.jobs.preview import Preview, Problem
from core.retrieval.intrinsic.request import IntrinsicRequest

_FILES = ("sts", "triplets", "similarity", "analogies", "weat")


def preview(request: IntrinsicRequest) -> Preview:
    """Never raises; reads nothing."""
    asked = [(name, path) for name in _FILES for path in getattr(request, name)]
    asked += [(name, path) for name in ("gender", "neutral") if (path := getattr(request, name)) is not None]
    problems = [
        Problem(field=name, message=f"There is no file {path}.")
        for name, path in asked
        if not Path(path).expanduser().is_file()
    ]
    if not Path(request.encoder.model).expanduser().exists():
        problems.append(Problem(field="encoder", message=f"There is no {request.encoder.model}."))
    if request.collection and not Path(request.collection).expanduser().is_dir():
        problems.append(Problem(field="collection", message=f"There is no folder {request.collection}."))
    return Preview(problems=problems)
