"""Writing on byte by byte, from any law of the next byte."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from core.errors import UserError
from core.generation.byte_model import END, ByteModel, ByteState
from core.generation.result_parts import Stopped
from core.generation.sampled import Drawn
from core.generation.samplers.sampler import Sampler
from core.jobs.context import Context

_LN2 = float(np.log(2))


class Byte(NamedTuple):
    """One that was written. `before` is the state that foretold it, `bits` its surprise by the law there."""

    value: int
    before: ByteState
    after: ByteState
    bits: float


@dataclass
class Way:
    """How bytes are chosen: the likeliest, or, with a source of randomness, drawn after the samplers."""

    source: np.random.Generator | None = None
    samplers: Sequence[Sampler] = ()
    drawn: Drawn = field(default_factory=lambda: Drawn([], ends=frozenset({END})))

    def choose(self, law: np.ndarray) -> int:
        """A byte or END, from (257,) natural logarithms. Of those that tie, the lowest."""
        if self.source is None:
            return int(law.argmax())
        import torch

        scores = torch.from_numpy(law.astype(np.float32))
        for sampler in self.samplers:
            scores = sampler.apply(scores, self.drawn)
        chances = np.exp(scores.numpy().astype(np.float64) - float(scores.max()))
        heaps = np.cumsum(chances)
        chosen = int(np.searchsorted(heaps, self.source.random() * heaps[-1], side="right"))
        chosen = min(chosen, int(np.flatnonzero(chances)[-1]))
        self.drawn.ids.append(chosen)
        return chosen


class Writing:
    """Bytes on from a state; iterate over it, then look at `stopped`.

    Args:
        most: bytes.
        stop: writing ends before the first of these texts.
    """

    def __init__(
        self,
        model: ByteModel,
        state: ByteState,
        way: Way,
        *,
        most: int,
        stop: Sequence[str] = (),
        ctx: Context,
    ) -> None:
        self._model, self._state, self._way, self._ctx = model, state, way, ctx
        self._most = most
        self._stop = [text.encode() for text in stop if text]
        self.data = bytearray()
        self.stopped: Stopped = "length"
        self.end: int | None = None
        """Once nothing more comes: how much of `data` counts, without a stop or half a character."""

    def __iter__(self) -> Iterator[Byte]:
        """Each byte as it is written; those of a stop itself come, too.

        Raises:
            Cancelled: someone pressed stop; `data` holds what was written until then.
        """
        while len(self.data) < self._most:
            self._ctx.check()
            try:
                law = self._model.law(self._state).log_probabilities
                chosen = self._way.choose(law)
                if chosen == END:
                    self.stopped = "end"
                    break
                after = self._model.push(self._state, chosen)
            except UserError as error:
                if not self.data:
                    raise
                self._ctx.warn(error.message)
                self.stopped = "context"
                break
            before, self._state = self._state, after
            self.data.append(chosen)
            found = [place for text in self._stop if (place := self.data.find(text)) >= 0]
            if found:
                self.stopped, self.end = "stop", min(found)
            yield Byte(chosen, before, after, -float(law[chosen]) / _LN2)
            if found:
                return
        self.end = len(self.data) if self.stopped == "end" else whole(self.data)

    def sure(self) -> int:
        """How much of `data` can be shown: a stop's beginning is held back, and half a character."""
        if self.end is not None:
            return self.end
        held = max(
            (
                length
                for text in self._stop
                for length in range(1, len(text))
                if self.data.endswith(text[:length])
            ),
            default=0,
        )
        return whole(self.data[: len(self.data) - held])


def whole(data: bytes | bytearray) -> int:
    """Its length without a character at the end that has only begun."""
    for back in range(1, min(4, len(data)) + 1):
        lead = data[-back]
        if lead & 0xC0 == 0x80:
            continue
        length = 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2 if lead >= 0xC0 else 1
        return len(data) - back if back < length else len(data)
    return len(data)


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
