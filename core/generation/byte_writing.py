"""Writing on byte by byte, from any law of the next byte."""

from __future__ import annotations

import codecs
import math
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.byte_model import END, ByteModel, ByteState
from core.generation.decoding.draw import draw
from core.generation.decoding.text import Text
from core.generation.result_parts import Stopped
from core.generation.sampled import Drawn
from core.generation.samplers.sampler import Sampler
from core.jobs.context import Context


class Byte(NamedTuple):
    """One that was written. `before` is the state that foretold it, `bits` its surprise by the law there."""

    value: int
    before: ByteState
    after: ByteState
    bits: float


class Writing:
    """Bytes on from a state; iterate over it, then look at `stopped`.

    Args:
        most: bytes, or a few more so that no character is cut in two.
        chance: what is drawn by; None: always the likeliest byte, the lowest of those that tie.
        samplers: those that look at probabilities alone (`Sampler.by_law`).
        stop: writing ends before the first of these texts.
    """

    def __init__(
        self,
        model: ByteModel,
        state: ByteState,
        *,
        most: int,
        chance: random.Random | None = None,
        samplers: Sequence[Sampler] = (),
        stop: Sequence[str] = (),
        ctx: Context,
    ) -> None:
        self._model, self._state, self._ctx = model, state, ctx
        self._chance, self._samplers = chance, samplers
        self._text = Text(stop=[text.encode() for text in stop if text], max_bytes=most)
        self.data = bytearray()
        """All that was written, those of a stop itself included."""
        self.stopped: Stopped | None = None

    @property
    def sure(self) -> int:
        """How much of `data` is whole characters and no beginning of a stop."""
        return self._text.sure

    @property
    def text(self) -> str:
        """That much, as text."""
        return self._text.text

    def __iter__(self) -> Iterator[Byte]:
        """Each byte as it is written.

        Raises:
            UserError: not even one can be written.
            Cancelled: someone pressed stop; `data` holds what was written until then.
        """
        drawn = Drawn([], ends=frozenset({END}))
        while self.stopped is None:
            self._ctx.check()
            try:
                logs = self._model.law(self._state).log_probabilities
                u = self._chance.random() if self._chance is not None else None
                chosen = chosen_byte(logs, u, self._samplers, drawn)
                after = self._model.push(self._state, chosen) if chosen != END else self._state
            except UserError as error:
                if not self.data:
                    raise
                self._ctx.warn(error.message)
                self.stopped = "context"
                break
            if chosen == END:
                self.stopped = "end"
                break
            before, self._state = self._state, after
            drawn.ids.append(chosen)
            self.data.append(chosen)
            self._text.add(bytes([chosen]))
            self._text.take()
            self.stopped = self._text.stopped
            yield Byte(chosen, before, after, -float(logs[chosen]) / math.log(2))
        self._text.take(end=True)


def chosen_byte(logs: NDArray[np.float64], u: float | None, samplers: Sequence[Sampler], drawn: Drawn) -> int:
    """The byte, or END, that is drawn by `u` from [0, 1) after the samplers; None: the likeliest, the lowest
    of those that tie.

    Args:
        logs: (257,) natural logarithms.
    """
    if u is None:
        return int(logs.argmax())
    scores = torch.from_numpy(logs)
    for sampler in samplers:
        scores = sampler.apply(scores, drawn)
    return draw(scores, u)[0]


def whole(data: bytes) -> int:
    """How many bytes there are without those of a last character that has only begun."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(data)
    return len(data) - len(decoder.getstate()[0])


def characters(data: bytes) -> list[tuple[int, int, str]]:
    """``(begin, end, text)`` of each character, in bytes; what is no UTF-8 shows as U+FFFD."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    found, begin = [], 0
    for end in range(1, len(data) + 1):
        text = decoder.decode(data[end - 1 : end], end == len(data))
        if text:
            found.append((begin, end, text))
            begin = end
    return found
