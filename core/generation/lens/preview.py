"""What can be said of a look between the layers before it is taken, without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import UserError
from core.generation.lens.request import MOST_TOKENS, LensRequest
from core.jobs.preview import Preview, Problem

if TYPE_CHECKING:
    from core.models.folder import ModelFolder

_START = 4.0
"""Seconds to load torch and open a small model."""
_BYTES_A_SECOND = 500_000_000
_BYTES_A_TOKEN = 2
"""At least, in most languages."""
_FLOAT = 4


def preview(request: LensRequest) -> Preview:
    """Never raises; reads headers alone."""
    from core.generation.language.footprint import job_memory
    from core.generation.language.preview import causal_folder
    from core.generation.lens.memory import memory_to_look
    from core.models.result import model_words
    from core.tokenizers.files import find_tokenizer

    problems, notes = [], {}
    found: list[ModelFolder] = []
    for field, path in (("model", request.model), ("beside", request.beside)):
        if path is None:
            continue
        try:
            model = causal_folder(path, field=field)
            find_tokenizer(path, field=field)
        except UserError as error:
            problems.append(Problem(field=error.field, message=error.message))
            continue
        notes[field] = model_words(model.family, model.parameters, model.vocab_size)
        found.append(model)
    if not request.prompt.strip():
        problems.append(Problem(field="prompt", message="There is no prompt: write a few words to look at."))
    if request.reference is not None and not request.reference.is_file():
        problems.append(Problem(field="reference", message=f"There is no file {request.reference}."))
    if not found:
        return Preview(problems=problems, notes=notes)
    tokens = MOST_TOKENS
    if request.reference is None:
        tokens = len(request.prompt.encode()) // _BYTES_A_TOKEN + 2
    weights = [_FLOAT * model.parameters for model in found]
    return Preview(
        problems=problems,
        notes=notes,
        seconds=_START + sum(weights) / _BYTES_A_SECOND,
        memory_bytes=job_memory(
            found, tokens=0, beside=max(memory_to_look(model, tokens) for model in found)
        ),
    )
