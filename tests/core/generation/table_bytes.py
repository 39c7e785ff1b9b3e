"""A byte model that is a Python function: bytes read so far → probability of each next byte (END: 256)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.generation.byte_model import END, ByteLaw, ByteModel, ByteState


@dataclass(frozen=True, eq=False)
class Read(ByteState):
    data: bytes
    log_probability: float

    @property
    def length(self) -> int:  # type: ignore[override]
        return len(self.data)


class TableBytes(ByteModel):
    """`most` bytes can be read, as by a model whose context is full then."""

    def __init__(
        self, law: Callable[[bytes], Mapping[int, float]], *, name: str = "table", most: int | None = None
    ) -> None:
        self.name, self.evaluations = name, 0
        self._law, self._most = law, most

    def start(self) -> ByteState:
        return Read(b"", 0.0)

    def law(self, state: ByteState) -> ByteLaw:
        assert isinstance(state, Read)
        self.evaluations += 1
        found = np.zeros(END + 1)
        for byte, chance in self._law(state.data).items():
            found[byte] = chance
        with np.errstate(divide="ignore"):
            return ByteLaw(np.log(found / found.sum()), 0.0, 0.0)

    def push(self, state: ByteState, byte: int) -> ByteState:
        assert isinstance(state, Read)
        if self._most is not None and state.length >= self._most:
            raise UserError("The model's context is full.")
        given = float(self.law(state).log_probabilities[byte])
        if given == -np.inf:
            raise UserError("These bytes have probability zero.")
        return Read(state.data + bytes([byte]), state.log_probability + given)


def letters(**chances: float) -> dict[int, float]:
    """``letters(a=0.5, b=0.5)``; `end` is the end of the text."""
    return {END if name == "end" else ord(name): chance for name, chance in chances.items()}
