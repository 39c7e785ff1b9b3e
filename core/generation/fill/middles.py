"""Middles for a gap, drawn from a law of the next byte and weighed by what they lead to.

A middle m is worth P(m | before) · P(after | before, m) / q(m), q being what it was drawn from: importance
sampling (Rubin 1987). Drawn from the law after the prompt itself, every beginning of a sample is a sample of
its own length, and the first and the last factor cancel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from core.errors import UserError
from core.generation.byte_model import END, ByteModel, ByteState
from core.generation.byte_writing import Writing, characters
from core.generation.decoding.draw import chance, inverse_cdf
from core.generation.fill.result import Candidate
from core.jobs.context import Context

_LN2 = math.log(2)
_GIVEN_UP = math.log(1e4)
"""What leads to what follows so much worse than the best so far is read no further: its weight is next to
nothing, and told to be a little more than it is."""


@dataclass
class _Middle:
    log_middle: float
    log_after: float
    log_weight: float
    """Of all times that it was drawn."""


@dataclass
class Middles:
    """What was drawn so far.

    Args:
        model: the exact law, which weighs.
        before: its state after the prompt.
        after: the bytes that a middle has to lead to.
    """

    model: ByteModel
    before: ByteState
    after: bytes
    ctx: Context
    _found: dict[bytes, _Middle] = field(default_factory=dict)
    _best: float = -math.inf

    def draw(self, number: int, most: int) -> None:
        """A sample from the law after the prompt, up to `most` bytes: each of its beginnings is a middle."""
        writing = Writing(
            self.model,
            self.before,
            most=most,
            chance=chance(self.ctx.seed, 0, number, "middles"),
            ctx=self.ctx,
        )
        states = [self.before, *(byte.after for byte in writing)]
        borders = [0, *(end for _, end, _ in characters(bytes(writing.data)))]
        for end in borders:
            self._weigh(bytes(writing.data[:end]), states[end])

    def draw_from(self, law: ByteModel, state: ByteState, number: int, most: int) -> None:
        """A sample from another law, that of a model that was told of the gap, until it ends it."""
        writing = Writing(
            law, state, most=most, chance=chance(self.ctx.seed, 0, number, "middles"), ctx=self.ctx
        )
        given, last = 0.0, state
        for byte in writing:
            given, last = given - byte.bits * _LN2, byte.after
        if writing.stopped == "end":
            given += float(law.law(last).log_probabilities[END])
        data = bytes(writing.data)
        self._weigh(data, self.model.read(self.before, data, self.ctx), given)

    def leads(self, data: bytes) -> tuple[str, float]:
        """The beginning of some text that leads best to what follows, and log2 P(what follows | …)."""
        state, best = self.before, (b"", self._log_after(b"", self.before))
        places = {end for _, end, _ in characters(data)}
        for end, byte in enumerate(data, 1):
            state = self.model.push(state, byte)
            if end in places:
                found = self._log_after(data[:end], state)
                best = max(best, (data[:end], found), key=lambda one: one[1])
        return best[0].decode(errors="replace"), best[1] / _LN2

    def candidates(self, most: int) -> tuple[Candidate, ...]:
        """The likeliest first."""
        shares = self._shares()
        order = sorted(self._found, key=lambda data: (-shares[data], data))
        return tuple(
            Candidate(
                text=data.decode(errors="replace"),
                middle=_bits(self._found[data].log_middle),
                suffix=_bits(self._found[data].log_after),
                share=shares[data],
            )
            for data in order[:most]
        )

    @property
    def tried(self) -> int:
        return len(self._found)

    @property
    def effective(self) -> float:
        return 1 / sum(share**2 for share in self._shares().values())

    def drawn(self, seed: int) -> str:
        """One of them by its share."""
        shares = self._shares()
        place = inverse_cdf(np.cumsum(list(shares.values())), chance(seed, 0, 0, "resampling").random())
        return list(shares)[place].decode(errors="replace")

    def _weigh(self, data: bytes, state: ByteState, given: float | None = None) -> None:
        """Count a middle; `given`: its log-probability by the law it was drawn from, if that is another."""
        known = self._found.get(data)
        if known is None:
            log_middle = state.log_probability - self.before.log_probability
            log_after = self._log_after(data, state)
        else:
            log_middle, log_after = known.log_middle, known.log_after
        weight = log_after + (0.0 if given is None else log_middle - given)
        if known is not None:
            weight = float(np.logaddexp(known.log_weight, weight))
        self._found[data] = _Middle(log_middle, log_after, weight)

    def _log_after(self, data: bytes, state: ByteState) -> float:
        """Natural logarithm of P(what follows | before, middle); more than that where it is given up."""
        if data in self._found:
            return self._found[data].log_after
        self.ctx.check()
        found = 0.0
        try:
            for read in self.model.walk(state, self.after, self.ctx):
                found = read.log_probability - state.log_probability
                if found < self._best - _GIVEN_UP:
                    return found
        except UserError:  # impossible, or more than the model takes
            return -math.inf
        self._best = max(self._best, found)
        return found

    def _shares(self) -> dict[bytes, float]:
        most = max(middle.log_weight for middle in self._found.values())
        if most == -math.inf:
            raise UserError(
                "No middle was found that what follows is possible after, or it is all more than the model "
                "takes: draw more samples, or give shorter texts.",
                field="candidates",
            )
        weights = {data: math.exp(one.log_weight - most) for data, one in self._found.items()}
        whole = sum(weights.values())
        return {data: weight / whole for data, weight in weights.items()}


def _bits(log: float) -> float:
    """As log2; at least -1e6, that JSON can hold it."""
    return max(log / _LN2, -1e6)


def greedily(model: ByteModel, state: ByteState, most: int, ctx: Context) -> bytes:
    """The likeliest bytes one after the other."""
    writing = Writing(model, state, most=most, ctx=ctx)
    for _ in writing:
        pass
    return bytes(writing.data[: writing.sure])
