"""Prompt look-up: what followed the same tokens earlier in the text. No model at all."""

from __future__ import annotations

import time
from collections.abc import Sequence

from core.generation.draft.proposals.proposer import Proposal, Proposer

LONGEST = 3
"""Tokens that must be alike at best; one, at least."""


class Lookup(Proposer):
    def propose(self, ids: Sequence[int], count: int) -> Proposal:
        began = time.perf_counter()
        found = followed(ids, count)
        self.seconds += time.perf_counter() - began
        return Proposal(found)


def followed(ids: Sequence[int], count: int) -> list[int]:
    """What came after the latest place where the last tokens stood before, as many of them as can be."""
    known = list(ids)
    for length in range(min(LONGEST, len(known) - 1), 0, -1):
        last = known[-length:]
        for start in range(len(known) - length - 1, -1, -1):
            if known[start : start + length] == last:
                return known[start + length : start + length + count]
    return []
