"""What can be said of merged tokens before they are read and written, without torch."""

from __future__ import annotations

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.merged.request import MergedRequest

_START = 5.0
_WORKING, _COPIES, _FLOAT = 512 * 2**20, 4, 4
"""Rows are made, indexed and compared some at a time: so many bytes at most, so many copies."""
_WINDOW = 128
"""Tokens that are read in one go."""
_READ_A_SECOND = 10_000
"""Bytes of text, read at several budgets of merges."""
_ROWS_A_SECOND = {"ivf": 25_000, "hnsw": 850, "exact": 45_000}
"""Found, made and indexed on one core."""
_WRITTEN_A_SECOND = 120
"""Bytes, with the search at each step."""


def preview(request: MergedRequest) -> Preview:
    """Never raises. Reads the model's headers and the sizes of texts."""
    from core.generation.language.footprint import job_memory
    from core.generation.language.preview import causal_folder
    from core.merged.sizes import kept_bytes
    from core.models.result import model_words
    from core.sizes import bytes_in_words
    from core.tokenizers.corpus import foreseen
    from core.tokenizers.files import find_tokenizer

    problems: list[Problem] = []
    notes: dict[str, str] = {}
    memory = disk = None
    try:
        model = causal_folder(request.model, field="model")
        find_tokenizer(request.model, field="model")
        notes["model"] = model_words(model.family, model.parameters, model.vocab_size)
        width, size = model.hidden_size, request.size
        working = min(_WORKING, _COPIES * _FLOAT * size * width)
        beside = kept_bytes(request, width) + working
        memory = job_memory([model], tokens=_WINDOW, rows=_WINDOW, beside=beside)
        if request.cache:
            disk = kept_bytes(request, model.hidden_size)
        rows = bytes_in_words(2 * request.size * model.hidden_size)
        notes["size"] = f"{rows} of rows in 16 bits"
    except UserError as error:
        problems.append(Problem(field=error.field, message=error.message))
    for field, paths in (("text", request.text), ("vocabulary_text", request.vocabulary_text)):
        try:
            if paths:
                notes[field] = foreseen(paths, field=field)[1]
        except UserError as error:
            problems.append(Problem(field=field, message=error.message))
    problems += _methods(request)
    seconds = (
        _START
        + request.read_bytes / _READ_A_SECOND
        + request.size / _ROWS_A_SECOND[request.index]
        + 2 * request.max_bytes / _WRITTEN_A_SECOND
    )
    return Preview(
        problems=problems,
        notes=notes,
        seconds=None if problems else seconds,
        memory_bytes=memory,
        disk_bytes=disk,
    )


def _methods(request: MergedRequest) -> list[Problem]:
    from core.merged.methods_used import check_method, head_method

    try:
        check_method(request.method)
        check_method(head_method(request), field="head_method")
    except UserError as error:
        return [Problem(field=error.field, message=error.message)]
    return []
