"""What can be said of speculative decoding before it runs, without torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError
from core.generation.draft.checks import check_samplers
from core.generation.draft.request import DraftRequest
from core.generation.language.footprint import job_memory
from core.jobs.preview import Preview, Problem

if TYPE_CHECKING:
    from core.models.folder import ModelFolder

_START = 4.0
"""Seconds to open the models."""
_A_CALL = 0.004
"""Seconds of a call beside its operations."""
_OPERATIONS_A_SECOND = 5e9
"""Of one core with one token at a time, which waits for the weights to come from memory."""
_BYTES = 8
"""Proposed tokens and ways whose laws are asked for byte by byte, for each proposed token."""


def preview(request: DraftRequest) -> Preview:
    """Never raises. Reads the models' headers."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    target = _looked_at(request.model, "model", problems, notes)
    draft = None
    if request.draft is not None:
        draft = _looked_at(request.draft, "draft", problems, notes)
    elif request.verify not in ("auto", "same"):
        problems.append(Problem(field="verify", message="That takes a draft: choose one, or auto."))
    try:
        check_samplers(request)
    except UserError as error:
        problems.append(Problem(field=error.field, message=error.message))
    if request.samplers and request.decoding == "greedy":
        notes["samplers"] = "Not used: greedy takes the likeliest token as it is."
    if problems or target is None:
        return Preview(problems=problems, notes=notes)
    if request.draft is not None and draft is not None and draft.parameters >= target.parameters:
        notes["draft"] += " · no smaller than the target: no time can be gained"
    models = [target, *([draft] if draft else [])]
    seconds = _START + sum(
        request.max_tokens * (_A_CALL + 2 * model.parameters / _OPERATIONS_A_SECOND) for model in models
    )
    return Preview(
        notes=notes,
        seconds=seconds * (2 if request.compare else 1) * (20 if request.verify == "bytes" else 1),
        memory_bytes=job_memory(
            models,
            dtype=request.dtype,
            tokens=len(request.prompt.encode()) + request.max_tokens,
            rows=(request.proposed + 1) * (_BYTES if request.verify == "bytes" else 1),
            spelt=request.verify == "bytes",
        ),
    )


def _looked_at(path: Path, field: str, problems: list[Problem], notes: dict[str, str]) -> ModelFolder | None:
    from core.models.folder import open_model
    from core.models.result import model_words
    from core.tokenizers.files import find_tokenizer

    try:
        model = open_model(path, field=field)
        find_tokenizer(path, field=field)
    except UserError as error:
        problems.append(Problem(field=field, message=error.message))
        return None
    if not model.is_causal_lm:
        problems.append(Problem(field=field, message=f"{path} writes no text: choose a language model."))
        return None
    notes[field] = model_words(model.family, model.parameters, model.vocab_size)
    return model
