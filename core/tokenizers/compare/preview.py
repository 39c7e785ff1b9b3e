"""What can be said of a comparison before it runs, without any tokenizer library: faults, notes, the time."""

from __future__ import annotations

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.sizes import bytes_in_words
from core.tokenizers.compare.request import CompareTokenizersRequest
from core.tokenizers.corpus import find_texts
from core.tokenizers.preview import glance

_START = 1.5
"""Seconds to load the libraries and to resample."""
_A_TOKENIZER, _A_TOKEN = 0.4, 18e-6
"""Seconds to open a tokenizer, to try it on numbers and indentation, to measure its speed and to compare its
vocabulary: in any case, and for each of its tokens."""
_BYTES_A_SECOND = 12e6
"""That one tokenizer counts, on two cores."""
_PACKED = 3
"""How many times larger a text is unpacked."""
_LIBRARIES = 250_000_000
_BYTES_A_TOKEN = 400
"""Of a vocabulary that is open."""


def preview(request: CompareTokenizersRequest) -> Preview:
    """Never raises. Reads the tokenizers' vocabularies, and of the texts no more than their sizes."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    size = _look_at_texts(request, problems, notes)
    tokens = _look_at_tokenizers(request, problems, notes)
    many = len(request.tokenizers)
    return Preview(
        problems=problems,
        notes=notes,
        seconds=None
        if problems
        else _START + many * (_A_TOKENIZER + size / _BYTES_A_SECOND) + _A_TOKEN * tokens,
        memory_bytes=_LIBRARIES + _BYTES_A_TOKEN * tokens,
    )


def same_file(request: CompareTokenizersRequest) -> str | None:
    """A sentence, where a tokenizer is there twice."""
    paths = [path.absolute() for path in request.tokenizers]
    twice = next((path for at, path in enumerate(paths) if path in paths[:at]), None)
    return None if twice is None else f"{twice} is there twice; one of each is enough."


def _look_at_texts(request: CompareTokenizersRequest, problems: list[Problem], notes: dict[str, str]) -> int:
    """Bytes that will be read."""
    try:
        texts = find_texts(request.text)
        sizes = [text.size * (_PACKED if text.path.suffix == ".gz" else 1) for text in texts]
    except UserError as error:
        problems.append(Problem(field="text", message=error.message))
        return 0
    except OSError as error:
        problems.append(Problem(field="text", message=f"A text cannot be read: {error.strerror}."))
        return 0
    if not any(sizes):
        problems.append(Problem(field="text", message="There is nothing in the texts."))
    names = [text.name for text in texts]
    if request.pivot is not None and request.pivot not in names:
        problems.append(Problem(field="pivot", message=f"There is no text {request.pivot}."))
    size = sum(min(size, request.max_bytes or size) for size in sizes)
    notes["text"] = f"{len(sizes)} {'text' if len(sizes) == 1 else 'texts'} · {bytes_in_words(size)}"
    return size


def _look_at_tokenizers(
    request: CompareTokenizersRequest, problems: list[Problem], notes: dict[str, str]
) -> int:
    """Tokens of all vocabularies."""
    told = []
    tokens = 0
    for path in request.tokenizers:
        try:
            seen = glance(path, field="tokenizers")
        except UserError as error:
            problems.append(Problem(field="tokenizers", message=error.message))
            continue
        told.append(seen.note)
        tokens += seen.count
    if twice := same_file(request):
        problems.append(Problem(field="tokenizers", message=twice))
    if len(told) == 1:
        notes["tokenizers"] = told[0]
    elif told:
        notes["tokenizers"] = f"{len(told)} tokenizers, {tokens:,} tokens in all"
    return tokens
