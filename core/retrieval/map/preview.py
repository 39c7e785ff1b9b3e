"""What can be said of a map before it is drawn, without torch: faults, its size, its time."""

from __future__ import annotations

from pathlib import Path

from core.jobs.preview import Preview, Problem
from core.retrieval.map.request import MapRequest

_START = {"umap": 20.0, "pca": 4.0}
"""Seconds, with the libraries loaded; UMAP compiles itself each time."""
_DOCUMENTS_A_SECOND = {"umap": 900.0, "pca": 30_000.0}
_BYTES_A_DOCUMENT = 300
_LIBRARIES = 600_000_000
_PACKED = 3
"""How much larger a packed text is when it is read."""


def preview(request: MapRequest) -> Preview:
    """Never raises; reads no texts."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    documents = 0
    folder = request.collection.expanduser()
    file = next((folder / name for name in _NAMES if (folder / name).is_file()), None)
    if file is None:
        message = f"There is no corpus.jsonl in {folder}: choose a collection's folder."
        problems.append(Problem(field="collection", message=message))
    else:
        documents, exact = _count(file)
        notes["collection"] = f"{'' if exact else 'about '}{documents:,} documents"
    if not request.encoder.model.expanduser().exists():
        message = f"There is no {request.encoder.model}."
        problems.append(Problem(field="encoder", message=message))
    laid_out = min(documents, request.most) if request.method == "umap" else documents
    if documents > request.most and request.method == "umap":
        notes["method"] = f"{request.most:,} are laid out together, the others put beside their nearest."
    return Preview(
        problems=problems,
        notes=notes,
        asks=["neighbours"] if request.method == "umap" else [],
        seconds=None if problems else _START[request.method] + laid_out / _DOCUMENTS_A_SECOND[request.method],
        memory_bytes=_LIBRARIES + 2500 * documents,
        disk_bytes=_BYTES_A_DOCUMENT * documents,
    )


_NAMES = ("corpus.jsonl", "corpus.jsonl.gz")
_LOOK = 2**23


def _count(file: Path) -> tuple[int, bool]:
    """Lines, and whether all were counted or estimated from the first ones."""
    import gzip
    import zlib

    size = file.stat().st_size * (_PACKED if file.suffix == ".gz" else 1)
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
            head = stream.read(_LOOK)
    except (OSError, EOFError, zlib.error):
        return 0, True
    lines = head.count(b"\n")
    whole = len(head) < _LOOK
    return lines if whole else round(size * lines / len(head)), whole
