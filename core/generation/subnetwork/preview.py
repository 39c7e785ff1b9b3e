"""What can be said of a search for a bigram subnetwork before it runs, without torch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.errors import UserError
from core.generation.subnetwork.request import SubnetworkRequest
from core.jobs.preview import Preview, Problem

if TYPE_CHECKING:
    from core.models.folder import ModelFolder

_START = 5.0
"""Seconds to load the libraries and open a small model."""
_OPERATIONS_A_SECOND = 45e9
"""Of one core, timed with small networks in float32."""
_A_STEP = 6
"""Operations for each masked weight and token: forward, and the gradient both ways."""
_OF_HEAD = 4
_A_MASK = 15e-9
"""Seconds for each masked weight in a step, whatever the batch: sigmoid, gradient, AdamW."""
_WRITTEN_A_SECOND = 1_500
"""Tokens of a model of five million parameters."""
_LOOK = 2**20


def preview(request: SubnetworkRequest) -> Preview:
    """Never raises; reads headers, and the beginnings of texts."""
    from core.generation.language.preview import causal_folder
    from core.models.result import model_words
    from core.tokenizers.files import find_tokenizer

    problems: list[Problem] = []
    notes: dict[str, str] = {}
    model = None
    try:
        model = causal_folder(request.model, field="model")
        find_tokenizer(request.model, field="model")
        notes["model"] = model_words(model.family, model.parameters, model.vocab_size)
    except UserError as error:
        problems.append(Problem(field=error.field, message=error.message))
    _look_at_texts(request, problems, notes)
    seen = request.steps * request.batch * request.window
    notes["steps"] = f"{seen:,} tokens for each penalty"
    if request.out is not None and request.out.is_file():
        message = f"{request.out} is a file; choose a folder to write to."
        problems.append(Problem(field="out", message=message))
    if model is None:
        return Preview(problems=problems, notes=notes)
    from core.generation.language.footprint import job_memory
    from core.generation.subnetwork.memory import masked_weights, memory_to_mask

    masked = masked_weights(model)
    notes["penalties"] = f"A mask for each of {masked:,} weights in {model.layers or 'its'} layers"
    return Preview(
        problems=problems,
        notes=notes,
        seconds=_seconds(request, model, masked),
        memory_bytes=job_memory([model], tokens=0, beside=memory_to_mask(model, request)),
        disk_bytes=masked * len(request.levels()) if request.out is not None else None,
    )


def _look_at_texts(request: SubnetworkRequest, problems: list[Problem], notes: dict[str, str]) -> None:
    from core.sizes import bytes_in_words
    from core.text_files import read_text

    size = 0
    for field, path in [*(("text", path) for path in request.text), ("held_out", request.held_out)]:
        if path is None:
            continue
        try:
            read_text(path, field=field, max_bytes=_LOOK)
            size += path.stat().st_size if field == "text" else 0
        except UserError as error:
            problems.append(Problem(field=field, message=error.message))
        except OSError as error:
            problems.append(Problem(field=field, message=f"{path} cannot be read: {error.strerror}."))
    notes["text"] = bytes_in_words(size) if request.text else f"The model writes {request.written:,} tokens."


def _seconds(request: SubnetworkRequest, model: ModelFolder, masked: int) -> float:
    cores = os.cpu_count() or 1
    tokens = request.batch * request.window
    head = model.vocab_size * model.hidden_size
    a_step = tokens * (_A_STEP * masked + _OF_HEAD * head) / (_OPERATIONS_A_SECOND * cores) + _A_MASK * masked
    measuring = 2 * request.measured * (masked + head) / (_OPERATIONS_A_SECOND * cores)
    counts = len(request.levels())
    written = 0.0 if request.text else request.written / _WRITTEN_A_SECOND * model.parameters / 5e6
    return _START + written + counts * (request.steps * a_step + 3 * measuring) + 2 * measuring
