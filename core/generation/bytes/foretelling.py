"""What one model says of the next byte: exactly, by whole characters, and by the prompt's own tokens."""

from __future__ import annotations

import heapq
import math
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.byte_model import END, ByteModel, ByteState
from core.generation.bytes.result import Character
from core.generation.language.language_model import LanguageModel
from core.jobs.context import Context

_MOST_STEPS = 24
"""Bytes tried beyond the first, for characters of several."""


class Plain(NamedTuple):
    """What follows from the prompt's own tokens alone."""

    ids: list[int]
    """Those of the text, without what stands before it."""
    log_probability: float
    next_byte: NDArray[np.float64]
    """(257,) the end last."""


def conditioned_on_tokens(language: LanguageModel, text: str, ctx: Context) -> Plain:
    """The token after the prompt's own tokens, by its first byte; tokens that are no text do not count.

    Raises:
        UserError: the prompt is longer than the model's context.
    """
    ctx.check()
    ids = language.encode(text)
    found = language.advance([language.start()], [ids], every=True)
    laws = found.logits.double().log_softmax(-1).numpy()
    begin = len(language.begin)
    told = sum(float(laws[at - 1, ids[at]]) for at in range(max(begin, 1), len(ids)))
    chances = np.exp(laws[-1])
    masses = np.zeros(END + 1)
    for id, piece in enumerate(language.pieces):
        if piece:
            masses[piece[0]] += chances[id]
    masses[END] = sum(chances[id] for id in language.ends)
    return Plain(ids[begin:], told, masses / masses.sum())


def likeliest_characters(
    model: ByteModel, state: ByteState, read: bytes, most: int, ctx: Context
) -> list[Character]:
    """The likeliest ways to go on by one whole character, first the best; "" is the end of the text.

    Args:
        read: the prompt: if it ends within a character, its rest is looked for.
    """
    begun = _unfinished(read)
    order = count()
    heap: list[tuple[float, int, bytes, ByteState | None]] = [(0.0, next(order), b"", state)]
    found: list[Character] = []
    steps = 0
    while heap and len(found) < most and steps <= _MOST_STEPS:
        ctx.check()
        surprise, _, added, at = heapq.heappop(heap)
        if at is None:
            found.append(Character(text=_shown(begun + added), probability=math.exp(-surprise)))
            continue
        steps += 1
        try:
            if added:
                at = model.push(at, added[-1])
            law = model.law(at).log_probabilities
        except UserError:  # nothing goes on from here
            continue
        for byte in np.argsort(-law)[: 2 * most].tolist():
            if law[byte] == -math.inf:
                break
            more = added if byte == END else added + bytes([byte])
            whole = byte == END or not _unfinished(begun + more)
            heapq.heappush(heap, (surprise - float(law[byte]), next(order), more, None if whole else at))
    return found


def _shown(data: bytes) -> str:
    return data.decode(errors="replace")


def _unfinished(data: bytes) -> bytes:
    """The bytes of the last character, if it lacks some."""
    for length in range(1, min(3, len(data)) + 1):
        first = data[-length]
        if first < 0x80:
            return b""
        if first >= 0xC0:
            wanted = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
            return data[-length:] if length < wanted else b""
    return b""
