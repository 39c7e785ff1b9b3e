"""What can be said of a scoring before it runs: models, texts, cost. Reads headers and sizes only."""

from __future__ import annotations

from core.errors import UserError
from core.generation.language.preview import causal_folder, models_words
from core.generation.score.request import ScoreRequest
from core.generation.score.texts import names_of, size_of
from core.jobs.preview import Preview, Problem
from core.sizes import bytes_in_words

_START = 3.0
"""Seconds, with the libraries loaded."""
_LIBRARIES = 400_000_000
_BYTES_A_TOKEN = 4
_OPERATIONS_A_SECOND = 30e9
_CALLS_A_SECOND = 250
"""Of a small model, a token each."""


def preview(request: ScoreRequest) -> Preview:
    """Never raises."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    size = 0
    try:
        names = names_of(request)
        size = size_of(request)
        texts = "1 text" if len(names) == 1 else f"{len(names)} texts"
        notes["text"] = f"{texts} · {bytes_in_words(size)}"
    except UserError as error:
        problems.append(Problem(field=error.field or "text", message=error.message))
    folders = []
    for path in request.models:
        try:
            folders.append(causal_folder(path, field="models"))
        except UserError as error:
            problems.append(Problem(field="models", message=error.message))
    parameters = [folder.parameters for folder in folders]
    if folders:
        notes["models"] = models_words(folders)
    return Preview(
        problems=problems,
        notes=notes,
        seconds=None if problems else _START + _seconds(request, size, parameters),
        memory_bytes=_LIBRARIES + 4 * sum(parameters),
    )


def _seconds(request: ScoreRequest, size: int, parameters: list[int]) -> float:
    tokens = size / _BYTES_A_TOKEN
    whole = sum(2 * 2 * tokens * count / _OPERATIONS_A_SECOND for count in parameters)
    if request.exact:
        whole += sum(size * (1 / _CALLS_A_SECOND + 2 * count / _OPERATIONS_A_SECOND) for count in parameters)
    return whole
