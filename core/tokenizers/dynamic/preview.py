"""What can be said of a measurement before it runs."""

from __future__ import annotations

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.tokenizers.dynamic.request import DynamicRequest

_BYTES_A_SECOND = 300_000
"""Of text, encoded and merged to the end on one core."""


def preview(request: DynamicRequest) -> Preview:
    """Never raises; reads the tokenizer's vocabulary, and of the texts their sizes."""
    from core.sizes import bytes_in_words
    from core.tokenizers.corpus import PACKED, find_texts
    from core.tokenizers.preview import tokenizer_note

    problems: list[Problem] = []
    notes: dict[str, str] = {}
    size = 0
    try:
        note = tokenizer_note(request.tokenizer, field="tokenizer")
        notes["tokenizer"] = note[0].upper() + note[1:]
    except UserError as error:
        problems.append(Problem(field="tokenizer", message=error.message))
    try:
        texts = find_texts(request.text)
        for text in texts:
            whole = text.size * (PACKED if text.path.suffix == ".gz" else 1)
            size += whole if request.max_bytes is None else min(whole, request.max_bytes)
        files = "1 text" if len(texts) == 1 else f"{len(texts)} texts"
        notes["text"] = f"{files} · about {bytes_in_words(size)} to measure"
    except UserError as error:
        problems.append(Problem(field="text", message=error.message))
    passes = 2 if request.reduction is not None and request.reduction < 1 else 1
    return Preview(problems=problems, notes=notes, seconds=1 + passes * size / _BYTES_A_SECOND)
