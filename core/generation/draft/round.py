"""One round of speculative decoding: what was written, and what came of the proposals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class Piece(NamedTuple):
    """A token of the target, or a byte."""

    id: int
    data: bytes
    accepted: bool


class Round(NamedTuple):
    pieces: list[Piece]
    """The accepted proposals, and one of the target's own, unless the text ended."""
    proposed: int
    looked_at: int
    """Up to the first that was refused, and that one."""
    accepted: int


class Rounds(ABC):
    """Writes on, round by round, from a prompt that is read when this is made."""

    target_calls: int = 0
    draft_calls: int = 0
    in_target: float = 0.0
    """Seconds."""
    in_draft: float = 0.0
    ended: bool = False
    """The end of the text was written."""

    @property
    @abstractmethod
    def room(self) -> int | None:
        """Tokens (bytes) that the context has room for; None without a limit."""

    @abstractmethod
    def go(self, ahead: int) -> Round:
        """One round, of `ahead` proposals at most."""
