"""What can be said of a filling before it runs, without torch: faults, the model, the cost."""

from __future__ import annotations

from core.errors import UserError
from core.generation.fill.request import FillRequest, check
from core.jobs.preview import Preview, Problem

_START = 4.0
"""Seconds to open a model, the libraries loaded."""
_A_CALL = 0.003
"""Seconds a call of the model, besides its weights."""
_WEIGHTS_A_SECOND = 2e9
"""Of a processor, one token after the other."""
_SIDE_BY_SIDE = 16
"""Cuts."""
_ROWS = 128
"""Tokens that are foretold in one call: several ways to go on, of several cuts."""
_A_PROMPT = 8
"""Calls that reading a prompt takes, all methods together."""


def preview(request: FillRequest) -> Preview:
    """Never raises. Reads the header and sizes of files."""
    from core.generation.language.footprint import job_memory
    from core.generation.language.preview import causal_folder
    from core.models.result import model_words
    from core.tokenizers.corpus import foreseen

    problems: list[Problem] = []
    notes: dict[str, str] = {}
    weights, folders = 0, []
    try:
        check(request)
        folder = causal_folder(request.model, field="model")
        weights, folders = folder.parameters, [folder]
        notes["model"] = model_words(folder.family, folder.parameters, folder.vocab_size)
        if request.text:
            _, notes["text"] = foreseen(request.text)
    except UserError as error:
        problems.append(Problem(field=error.field, message=error.message))
    calls = 0
    if request.text:
        calls += request.cuts * (_A_PROMPT + 2 * request.ahead)
    if request.suffix:
        tried = (request.candidates + 3) * (request.max_bytes + 1)
        calls += tried * (1 + request.suffix_bytes // 4)
    return Preview(
        problems=problems,
        notes=notes,
        seconds=None if problems else _START + calls * (_A_CALL + weights / _WEIGHTS_A_SECOND),
        memory_bytes=job_memory(
            folders,
            dtype=request.dtype,
            tokens=max(len(request.prefix), _SIDE_BY_SIDE * (request.context + request.ahead)),
            rows=request.beam if request.convention == "all" else _ROWS,
            spelt=True,
        ),
    )
