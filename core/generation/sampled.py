"""`Drawn`: what a sequence has read and drawn so far, for samplers that look back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass
class Drawn:
    """Of one sequence. `memory` is the samplers' own, by kind: mirostat's μ."""

    prompt: list[int]
    """Its tokens, those before the text included."""
    ids: list[int] = field(default_factory=list)
    """Drawn so far."""
    ends: frozenset[int] = frozenset()
    memory: dict[str, Any] = field(default_factory=dict)
    pieces: Sequence[bytes | None] = ()
    """The bytes that each token stands for, by id; None for special tokens."""

    def branch(self, id: int) -> Drawn:
        """One token on, without touching this one."""
        return replace(self, ids=[*self.ids, id], memory=dict(self.memory))
