"""What can be said of a scoring before it runs: models, texts, cost. Reads headers and sizes only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import UserError
from core.generation.language.footprint import job_memory, records_bytes
from core.generation.language.preview import causal_folder, models_words
from core.generation.score.request import ScoreRequest, check
from core.generation.score.texts import names_of, size_of
from core.jobs.preview import Preview, Problem
from core.sizes import bytes_in_words

if TYPE_CHECKING:
    from core.models.folder import ModelFolder

_START = 3.0
"""Seconds, with the libraries loaded."""
_BYTES_A_TOKEN = 3
_WINDOW = 1_024
_AT_ONCE = 16
"""Windows."""
_LOGITS_AT_ONCE = 2**23
_WITH_RECORDS, _WITH_ALTERNATIVES = 80_000, 16_000
"""Bytes whose tokens are kept, and with what might have stood in their place."""
_OPERATIONS_A_SECOND = 30e9
_CALLS_A_SECOND = 250
"""Of a small model, a token each."""


def preview(request: ScoreRequest) -> Preview:
    """Never raises."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    size = 0
    try:
        check(request)
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
        memory_bytes=_memory(folders, request, size) if folders else None,
    )


def _memory(folders: Sequence[ModelFolder], request: ScoreRequest, size: int) -> int:
    """Texts are told token by token at their beginnings alone; logits are never more than so many."""
    window = min(request.context or _WINDOW, *(folder.context or _WINDOW for folder in folders))
    told = min(size, _WITH_RECORDS) / _BYTES_A_TOKEN
    full = min(size, _WITH_ALTERNATIVES) / _BYTES_A_TOKEN
    widest = max(folder.vocab_size for folder in folders)
    at_once = max(1, min(_AT_ONCE, _LOGITS_AT_ONCE // (window // 2 * widest)))
    rows = min(at_once * window, max(1, _LOGITS_AT_ONCE // widest), size // _BYTES_A_TOKEN + 1)
    return job_memory(
        folders,
        dtype=request.dtype,
        tokens=at_once * window,
        rows=rows + rows // 4,  # of the part before, some are still there
        spelt=request.exact,
        beside=len(request.models)
        * (records_bytes(told - full, 0) + records_bytes(full, request.alternatives)),
    )


def _seconds(request: ScoreRequest, size: int, parameters: list[int]) -> float:
    tokens = size / _BYTES_A_TOKEN
    whole = sum(2 * 2 * tokens * count / _OPERATIONS_A_SECOND for count in parameters)
    if request.exact:
        whole += sum(size * (1 / _CALLS_A_SECOND + 2 * count / _OPERATIONS_A_SECOND) for count in parameters)
    return whole
