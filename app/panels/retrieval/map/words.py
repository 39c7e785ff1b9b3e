"""What the map says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration, fixed

if TYPE_CHECKING:
    from core.retrieval.map.request import MapRequest
    from core.retrieval.map.result import MapResult

METHODS = {"umap": "UMAP", "pca": "PCA"}


def run_title(request: MapRequest) -> str:
    """``cranfield · minilm · UMAP``."""
    return f"{request.collection.name} · {request.encoder.named()} · {METHODS[request.method]}"


def facts(result: MapResult, run_id: int) -> str:
    """The line under the sentence."""
    parts = [
        result.collection,
        result.encoder,
        METHODS.get(result.method, result.method),
        f"{count(result.documents)} documents",
        f"{count(result.queries)} queries",
    ]
    if result.explained is not None:
        parts.append(f"{fixed(100 * result.explained, 1)} % of the variance")
    if result.laid_out < result.documents:
        parts.append(f"{count(result.laid_out)} laid out together, the others beside their nearest")
    if result.without_vector:
        parts.append(f"{count(result.without_vector)} documents without text are left out")
    return " · ".join([*parts, duration(result.seconds), f"run {run_id}"])


def selected(number: int, shown: int) -> str:
    """Over the list of what was brushed."""
    if not number:
        return "No document there"
    what = "1 document" if number == 1 else f"{count(number)} documents"
    return f"{what} selected" + (f", the first {count(shown)} listed" if shown < number else "")


def of_query(found: int, relevant: int, listed: int) -> str:
    """Over the list of what belongs to a query."""
    if not relevant:
        return f"No document is known to be relevant; the nearest {count(listed)}"
    return f"{count(found)} of {count(relevant)} relevant documents among the nearest"
