"""What can be said of an ensemble before it runs, without torch: faults, the models, the cost."""

from __future__ import annotations

from core.errors import UserError
from core.generation.ensemble.request import EnsembleRequest, check
from core.generation.language.preview import causal_folder, models_words
from core.jobs.preview import Preview, Problem

_START = 4.0
"""Seconds to open models, the libraries loaded."""
_A_BYTE = 0.008
"""Seconds a byte and model, besides its weights."""
_WEIGHTS_A_SECOND = 2e9
"""Of a processor, one token after the other."""
_LIBRARIES = 600_000_000
"""Bytes that the process takes with the libraries loaded."""


def preview(request: EnsembleRequest) -> Preview:
    """Never raises. Reads headers and sizes of files."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    try:
        check(request)
    except UserError as error:
        problems.append(Problem(field=error.field, message=error.message))
    folders = []
    for path in request.models:
        try:
            folders.append(causal_folder(path, field="models"))
        except UserError as error:
            problems.append(Problem(field="models", message=error.message))
    weights = sum(folder.parameters for folder in folders)
    if folders:
        notes["models"] = models_words(folders)
    size = 0
    if request.text:
        try:
            size, notes["text"] = _texts(request)
        except UserError as error:
            problems.append(Problem(field=error.field or "text", message=error.message))
    each = len(request.models) * _A_BYTE + weights / _WEIGHTS_A_SECOND
    return Preview(
        problems=problems,
        notes=notes,
        seconds=None if problems else _START + (request.max_bytes + size) * each,
        memory_bytes=_LIBRARIES + 4 * weights,
    )


def _texts(request: EnsembleRequest) -> tuple[int, str]:
    """Bytes that will be measured."""
    from core.tokenizers.corpus import find_texts, foreseen

    _, words = foreseen(request.text)
    sizes = [text.size for text in find_texts(request.text)]
    most = request.text_bytes
    return sum(size if most is None else min(size, most) for size in sizes), words
