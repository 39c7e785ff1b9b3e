"""What every proposer is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.generation.draft.acceptance import Law

Uniform = Callable[[], float]
"""The next random number, 0 ≤ u < 1."""


class Proposal(NamedTuple):
    """Tokens of the target's vocabulary, and the law that each was drawn from, (V,) by the target's ids."""

    ids: list[int]
    laws: list[Law] | None = None
    """None: they were certain, whatever made them."""


class Proposer(ABC):
    """Any proposer keeps the target's law; a good one is accepted more often."""

    calls: int = 0
    """Of a draft model."""
    seconds: float = 0.0
    """That it took."""

    @abstractmethod
    def propose(self, ids: Sequence[int], count: int) -> Proposal:
        """About `count` tokens that may come next; fewer, or none, where it knows of no more.

        Args:
            ids: all that the target has read or written, `LanguageModel.begin` included.
        """
