"""What can be said of a training before it runs: faults, the size of the network, the cost."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.training.request import TrainRequest

_OPERATIONS_A_SECOND = 50e9
"""Of one core, measured on small networks in float32."""
_BYTES = {"bfloat16": 2, "float16": 2, "float32": 4}
_TRAINED_BYTES = 16
"""A weight while it is trained: itself, its gradient and AdamW's two moments."""


def preview(request: TrainRequest) -> Preview:
    """Never raises; reads no more than sizes, and the header of a tokenizer."""
    problems: list[Problem] = []
    for field, paths in (
        ("text", request.text),
        ("tokenizer_text", request.tokenizer_text),
        ("held_out", [request.held_out] if request.held_out else []),
    ):
        problems += [Problem(field=field, message=fault) for path in paths if (fault := _fault(path))]
    vocab_size = request.vocab_size
    if request.tokenizer:
        from core.tokenizers.files import find_tokenizer
        from core.tokenizers.vocabulary import read_vocabulary

        try:
            file = find_tokenizer(request.tokenizer, field="tokenizer")
            vocab_size = read_vocabulary(file, field="tokenizer").size
        except UserError as error:
            problems.append(Problem(field="tokenizer", message=error.message))
    weights = request.recipe.parameters(vocab_size)
    seen = request.recipe.steps * request.recipe.tokens_per_step()
    speed = _OPERATIONS_A_SECOND * (os.cpu_count() or 1)
    return Preview(
        problems=problems,
        notes={
            "recipe": f"{_rounded(weights)} parameters, trained on {_rounded(seen)} tokens",
            "text": f"{_rounded(sum(path.stat().st_size for path in request.text if path.is_file()))} bytes",
        },
        seconds=request.recipe.operations(vocab_size) / speed,
        memory_bytes=weights * _TRAINED_BYTES,
        disk_bytes=weights * (_BYTES[request.dtype] + _TRAINED_BYTES),
    )


def _rounded(number: int) -> str:
    return f"{number / 1e6:,.1f} million" if number >= 1e6 else f"{number:,}"


def _fault(path: Path) -> str | None:
    try:
        if path.is_dir():
            return f"{path} is a folder; give the text files in it."
        return None if path.stat().st_size else f"{path} is empty."
    except FileNotFoundError:
        return f"There is no file {path}."
    except OSError as error:
        return f"{path} cannot be read: {error.strerror or error}."
