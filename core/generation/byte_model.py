"""`ByteModel`: the probability of the next byte, whatever the tokens (2410.09303, 2412.03719)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.generation.language.language_model import State
from core.jobs.context import Context

END = 256
"""Where the end of the text stands among the bytes."""


class ByteState:
    """What a byte model has read. Never changed; any number of ways may go on from it."""

    length: int
    """Bytes read."""
    log_probability: float
    """Natural logarithm of P(text begins with these bytes), leaked and pruned mass not counted. So each
    byte adds its own in the law, and log(1 − leaked)."""


class ByteLaw(NamedTuple):
    """The law of the next byte."""

    log_probabilities: NDArray[np.float64]
    """(257,) natural logarithms, END last; exp sums to 1."""
    leaked: float
    """Share of mass that went to what the tokenizer would not write (convention *valid*), or to tokens that
    are no text."""
    pruned: float
    """Share of mass that was dropped so far because it was too small to follow."""
    special: float = 0.0
    """Of what leaked: on tokens that are no text (special ones)."""


class Aligned(NamedTuple):
    """Where tokens and bytes meet again: the only way to have written these bytes is `ids`, and then a token
    that begins with the last `pending` of them."""

    state: State
    """Of the language model, `ids` read (``begin`` included)."""
    ids: tuple[int, ...]
    log_next: NDArray[np.float64]
    """(V,) log-probabilities of the next token; with `pending`, of those alone that begin so."""
    pending: int = 0
    """How many bytes of the next token were read already: behind “times␣” the next token begins with the
    space, and `ids` end before it."""


class ByteModel(ABC):
    """A law over byte strings: of one language model, of several together, or of a table."""

    name: str
    evaluations: int
    """Calls of the model so far."""

    @abstractmethod
    def start(self) -> ByteState:
        """Before the first byte."""

    def start_of(self, data: bytes) -> ByteState:
        """Before the first byte of a text that is known to begin so: the same as `start` for most."""
        return self.start()

    @abstractmethod
    def push(self, state: ByteState, byte: int) -> ByteState:
        """Read one byte on.

        Raises:
            UserError: these bytes have probability zero, or the model's context is full.
        """

    @abstractmethod
    def law(self, state: ByteState) -> ByteLaw:
        """What comes next."""

    def aligned(self, state: ByteState) -> Aligned | None:
        """Where all mass but a trillionth lies on one tokenization of what was read; None elsewhere."""
        return None

    def walk(self, state: ByteState, data: bytes, ctx: Context | None = None) -> Iterator[ByteState]:
        """The states after each byte in turn, in as few calls as can be; here one by one.

        Raises:
            UserError: as `push`.
        """
        for byte in data:
            if ctx is not None:
                ctx.check()
            state = self.push(state, byte)
            yield state

    def read(self, state: ByteState, data: bytes, ctx: Context | None = None) -> ByteState:
        """Read many bytes on, in as few calls as can be: the last state of `walk`.

        Raises:
            UserError: as `push`.
        """
        for after in self.walk(state, data, ctx):
            state = after
        return state
