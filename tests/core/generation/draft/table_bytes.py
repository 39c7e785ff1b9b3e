"""A law of the next byte that is a function of the last two; three letters and the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.generation.byte_model import END, ByteLaw, ByteModel, ByteState

LETTERS = b"abc"


@dataclass(frozen=True, eq=False)
class Read(ByteState):
    data: bytes


class TableBytes(ByteModel):
    name = "table"

    def __init__(self, salt: int) -> None:
        self.evaluations = 0
        self._salt = salt
        self._known: dict[bytes, NDArray[np.float64]] = {}

    def start(self) -> ByteState:
        return Read(b"")

    def push(self, state: ByteState, byte: int) -> ByteState:
        assert isinstance(state, Read)
        return Read(state.data + bytes((byte,)))

    def law(self, state: ByteState) -> ByteLaw:
        assert isinstance(state, Read)
        self.evaluations += 1
        return ByteLaw(self.after(state.data), 0.0, 0.0)

    def after(self, data: bytes) -> NDArray[np.float64]:
        """(257,) log-probabilities."""
        key = data[-2:]
        if key not in self._known:
            mass = np.random.default_rng([self._salt, *key]).dirichlet(np.ones(4))
            law = np.full(257, -np.inf)
            law[[*LETTERS, END]] = np.log(mass)
            self._known[key] = law
        return self._known[key]

    def pairs(self, data: bytes) -> dict[tuple[int, ...], float]:
        """The probability of each pair of bytes after `data`; of the end alone, where it is first."""
        found: dict[tuple[int, ...], float] = {}
        first = np.exp(self.after(data))
        for one in (*LETTERS, END):
            if one == END:
                found[(END,)] = float(first[END])
                continue
            second = np.exp(self.after(data + bytes((one,))))
            for two in (*LETTERS, END):
                found[one, two] = float(first[one] * second[two])
        return found
