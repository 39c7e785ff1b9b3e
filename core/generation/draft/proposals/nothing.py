"""Nothing is proposed: plain decoding, in the same loop."""

from __future__ import annotations

from collections.abc import Sequence

from core.generation.draft.proposals.proposer import Proposal, Proposer


class Nothing(Proposer):
    def propose(self, ids: Sequence[int], count: int) -> Proposal:
        return Proposal([])
