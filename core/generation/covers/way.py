"""What a byte state is made of: ways to have begun a text with tokens, each in the middle of one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.generation.byte_model import ByteLaw, ByteState
from core.generation.covers.spelling import Tail
from core.generation.language.language_model import State


@dataclass(eq=False)
class Left:
    """Tokens that were read whole. The model is asked about them once, when the law after them is needed."""

    ids: tuple[int, ...]
    log_weight: float
    """Natural logarithm of the probability that a text's tokens begin so."""
    tail: Tail
    before: State | None
    """The model's state before the last of the tokens, until it was asked."""
    state: State | None = None
    log_next: NDArray[np.float64] | None = None
    """(V,) log-probabilities of the next token."""
    next: NDArray[np.float64] | None = None
    """(n,) probabilities of the next token in the order of the byte trie."""
    end: float = 0.0
    """Probability that the text ends."""
    special: float = 0.0
    """Probability of tokens that are no text, and end none."""
    primed: dict[int, Left] = field(default_factory=dict)
    """What was asked ahead, by the token that comes next."""


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """`left`, then a token that begins with the last `depth` bytes and goes on: those at places lo … hi − 1.

    With depth 0 it may also be that the text ends.
    """

    left: Left
    lo: int
    hi: int
    depth: int
    log_mass: float


@dataclass(eq=False)
class Covers(ByteState):
    """All ways to have written the bytes read."""

    ways: tuple[Way, ...]
    length: int
    log_probability: float
    pruned: float
    """Share of the mass dropped so far."""
    known_law: ByteLaw | None = None
    root: Left | None = None
    """What stands before the text, where nothing of it was read yet."""
