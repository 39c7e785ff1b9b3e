"""What is known of each token of a vocabulary, as arrays indexed by id: what counting needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.canonical import Kind
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.tokenizer import Tokenizer


@dataclass(frozen=True)
class TokenTable:
    """Arrays [V], V the size of the vocabulary; for a number without a token all are nought or false."""

    lengths: NDArray[np.int64]
    """Bytes that the token adds to a text; nought for special and unused tokens."""
    ordinary: NDArray[np.bool_]
    """Of kind TEXT or BYTE: what "the vocabulary" is in every measure."""
    unknown: NDArray[np.bool_]
    """It stands for what the vocabulary lacks."""
    byte: NDArray[np.bool_]
    """One byte of a character that the vocabulary lacks (byte fallback, not a byte-level vocabulary)."""
    space: NDArray[np.bool_]
    """It is ordinary and nothing but white space."""
    broken: NDArray[np.bool_]
    """It is ordinary and its bytes alone are no valid UTF-8."""

    @property
    def ordinary_count(self) -> int:
        return int(self.ordinary.sum())


@once_for_each
def token_table(tokenizer: Tokenizer) -> TokenTable:
    """The table of a tokenizer."""
    size = tokenizer.vocabulary.size
    lengths = np.zeros(size, np.int64)
    ordinary, byte, space, broken = np.zeros((4, size), bool)
    unknown = np.fromiter(map(tokenizer.is_unknown, range(size)), bool, size)
    for id, _, kind, data, *_ in tokenizer.vocabulary:
        if kind is Kind.TEXT or kind is Kind.BYTE:
            ordinary[id] = not unknown[id]
            byte[id] = kind is Kind.BYTE
            lengths[id] = len(data)
            if data.isascii():
                space[id] = data.isspace()
            else:
                space[id], broken[id] = _of_text(data)
    for array in (byte, space, broken, lengths):
        array[unknown] = 0
    return TokenTable(lengths, ordinary, unknown, byte, space, broken)


def _of_text(data: bytes) -> tuple[bool, bool]:
    """Whether it is white space, and whether it is no UTF-8."""
    try:
        return data.decode().isspace(), False
    except UnicodeDecodeError:
        return False, True
