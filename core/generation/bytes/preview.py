"""What can be said about the next byte before it is asked for, without torch."""

from __future__ import annotations

from core.errors import UserError
from core.generation.bytes.request import BytesRequest, prompt_bytes
from core.jobs.preview import Preview, Problem

_START = 4.0
"""Seconds to load the libraries and open a model."""
_A_BYTE = 0.02
"""Seconds, besides the model's own."""
_WEIGHTS_A_SECOND = 2e9
_ROWS = 16
"""Tokens that are foretold in one call, if only the tokenizer's own tokens count."""
_A_PROMPT = 3
"""Calls that a prompt takes, if only the tokenizer's own tokens count."""


def preview(request: BytesRequest) -> Preview:
    """Never raises. Reads headers alone."""
    from core.generation.language.footprint import job_memory
    from core.generation.language.preview import causal_folder, models_words
    from core.tokenizers.files import find_tokenizer

    problems: list[Problem] = []
    notes: dict[str, str] = {}
    folders, parameters = [], 0
    for path in request.models:
        try:
            folder = causal_folder(path, field="models")
            find_tokenizer(path, field="models")
        except UserError as error:
            problems.append(Problem(field="models", message=error.message))
            continue
        parameters += folder.parameters
        folders.append(folder)
    if folders:
        notes["models"] = models_words(folders)
    data = b""
    try:
        data = prompt_bytes(request)
    except UserError as error:
        problems.append(Problem(field=error.field, message=error.message))
    if (note := _where_it_ends(data)) and not problems:
        notes["prompt_hex" if request.prompt_hex.strip() else "prompt"] = note
    calls = request.write + (_A_PROMPT if request.convention == "valid" else len(data))
    each = 1 if request.convention == "valid" else min(request.beam, 8)
    return Preview(
        problems=problems,
        notes=notes,
        seconds=_START + calls * (len(folders) * _A_BYTE + each * parameters / _WEIGHTS_A_SECOND),
        memory_bytes=job_memory(
            folders,
            dtype=request.dtype,
            tokens=len(data) + request.write,
            rows=request.beam if request.convention == "all" else _ROWS,
            spelt=True,
        ),
    )


def _where_it_ends(data: bytes) -> str:
    if not data:
        return "Empty: how texts begin."
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.reason == "unexpected end of data":
            return "Ends within a character: what may complete it is foretold."
        return "Holds bytes that are no text: only “Every one” may give them any probability."
    if text[-1].isspace():
        return "Ends with a space or a line end, which tokens begin with: what other programs get wrong here."
    if text[-1].isalnum():
        return "May end within a word: all tokens that it may be the beginning of count."
    return ""
