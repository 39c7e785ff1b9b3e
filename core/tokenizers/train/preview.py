"""What can be said of a training before it runs, without any library: faults, what was found, the cost."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.output import check_output, holds_tokenizer
from core.sizes import bytes_in_words
from core.tokenizers.corpus import find_texts
from core.tokenizers.train.algorithms.bpe import Bpe
from core.tokenizers.train.request import TrainTokenizerRequest

_START = 2.0
"""Seconds to load the library, to open what was trained and to try it."""
_MEASURED_A_SECOND = 2e6
"""Bytes of held-out text."""
_BYTES_A_TOKEN = 60
_PACKED = 3
"""How many times larger a text is unpacked, where its file does not say it."""


def preview(request: TrainTokenizerRequest) -> Preview:
    """Never raises. Looks at sizes alone: no text is read."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    size = 0
    try:
        sizes = [_unpacked(text.path) for text in find_texts(request.text)]
        size = sum(sizes)
        notes["text"] = f"{len(sizes)} {'file' if len(sizes) == 1 else 'files'} · {bytes_in_words(size)}"
        if not size:
            problems.append(Problem(field="text", message="There is nothing in the text to train on."))
    except UserError as error:
        problems.append(Problem(field="text", message=error.message))
    training = int(size * (1 - request.held_out_share))
    problems += _of_vocabulary(request, training, notes)
    problems += _of_output(request)
    seconds, memory = request.algorithm.cost(training)
    if _has_another(request):
        other_seconds, other_memory = Bpe().cost(training)
        seconds, memory = seconds + other_seconds, max(memory, other_memory)
    return Preview(
        problems=problems,
        notes=notes,
        seconds=_START + seconds + (size - training) / _MEASURED_A_SECOND,
        memory_bytes=memory,
        disk_bytes=_BYTES_A_TOKEN * request.vocab_size,
    )


def _of_vocabulary(request: TrainTokenizerRequest, size: int, notes: dict[str, str]) -> list[Problem]:
    """`size`: bytes of the text that is trained on; 0 where it is not known."""
    algorithm = request.algorithm
    try:
        algorithm.check(request.vocab_size, request.special_tokens)
    except UserError as error:
        return [Problem(field=error.field, message=error.message)]
    learnt = request.vocab_size - algorithm.least(request.special_tokens)
    if not size or learnt <= 0:
        return []
    if learnt > size:
        return [
            Problem(
                field="vocab_size",
                message=f"{bytes_in_words(size)} of text cannot yield a vocabulary of "
                f"{request.vocab_size:,}. Give more text or ask for fewer.",
            )
        ]
    expected = algorithm.expected(size)
    if learnt > expected:
        about = round(expected + algorithm.least(request.special_tokens), -2)
        notes["vocab_size"] = f"That may be more than so little text yields: about {about:,.0f} for prose."
    return []


def _of_output(request: TrainTokenizerRequest) -> list[Problem]:
    if request.out is None:
        return []
    try:
        check_output(
            request.out,
            replace=request.replace,
            sources=request.text,
            holds=holds_tokenizer,
            what="tokenizer",
        )
    except UserError as error:
        return [Problem(field=error.field, message=error.message)]
    return []


def _has_another(request: TrainTokenizerRequest) -> bool:
    return request.beside_bpe and request.held_out_share > 0 and not isinstance(request.algorithm, Bpe)


def _unpacked(file: Path) -> int:
    """Bytes of the text. A ``.gz`` ends with it, unless it is beyond four gigabytes or in parts."""
    packed = file.stat().st_size
    if file.suffix != ".gz" or packed < 18:
        return packed
    with file.open("rb") as opened:
        opened.seek(-4, os.SEEK_END)
        told: int = struct.unpack("<I", opened.read(4))[0]
    return told if packed // 2 <= told <= 2_000 * packed else packed * _PACKED
