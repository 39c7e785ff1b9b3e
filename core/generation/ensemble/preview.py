"""What can be said of an ensemble before it runs, without torch: faults, the models, the cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import UserError
from core.generation.ensemble.request import EnsembleRequest, check
from core.generation.language.footprint import job_memory
from core.generation.language.preview import causal_folder, models_words
from core.jobs.preview import Preview, Problem

if TYPE_CHECKING:
    from core.models.folder import ModelFolder

_START = 4.0
"""Seconds to open models, the libraries loaded."""
_A_BYTE = 0.008
"""Seconds a byte and model, besides its weights."""
_WEIGHTS_A_SECOND = 2e9
"""Of a processor, one token after the other."""
_BYTES_A_TOKEN = 3
_WAYS = 3
"""That are read on at once, for each token."""
_MOST_LEARNT = 8_000
"""Bytes of texts that weights are learnt on."""
_A_LAW = 257 * 8
"""Bytes of a law of the next byte."""


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
        memory_bytes=_memory(folders, request, size) if folders else None,
    )


def _memory(folders: Sequence[ModelFolder], request: EnsembleRequest, size: int) -> int:
    window = (request.stride + request.context) // _BYTES_A_TOKEN if size else 0
    learnt = min(request.fit * size, _MOST_LEARNT)
    return job_memory(
        folders,
        dtype=request.dtype,
        tokens=max(_WAYS * window, request.max_bytes // _BYTES_A_TOKEN),
        rows=max(_WAYS * window, request.beam if request.convention == "all" else 1),
        spelt=True,
        beside=round(2 * len(folders) * _A_LAW * learnt),
    )


def _texts(request: EnsembleRequest) -> tuple[int, str]:
    """Bytes that will be measured."""
    from core.tokenizers.corpus import find_texts, foreseen

    _, words = foreseen(request.text)
    sizes = [text.size for text in find_texts(request.text)]
    most = request.text_bytes
    return sum(size if most is None else min(size, most) for size in sizes), words
