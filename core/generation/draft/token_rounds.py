"""Proposals verified as tokens of the target, all of a round in one call of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from core.errors import UserError
from core.generation.draft.acceptance import Law, acceptance, drawn, residual
from core.generation.draft.laws import Laws
from core.generation.draft.proposals.proposer import Proposal, Proposer, Uniform
from core.generation.draft.reader import drawn_by
from core.generation.draft.round import Piece, Round, Rounds
from core.generation.language.language_model import LanguageModel, State
from core.jobs.context import Context

_BLOCK = 512
"""Tokens of a prompt that are read between two looks for a stop."""
_READ_TWICE = 8
"""Tokens after the last state that still lead on: where there are more, a state is made behind them."""


class TokenRounds(Rounds):
    """A refused proposal leaves the state before the round to go on from: its tokens that stand are read
    again, together with the next proposals.
    """

    def __init__(
        self,
        target: LanguageModel,
        prompt: Sequence[int],
        proposer: Proposer,
        laws: Laws,
        uniform: Uniform,
        ctx: Context,
    ) -> None:
        """
        Args:
            prompt: its tokens, `begin` included.

        Raises:
            UserError: there is nothing to begin from, or the prompt fills the context.
        """
        if not prompt:
            raise UserError(
                f"{target.name} has no token that begins a text: give it a prompt.", field="prompt"
            )
        if target.context is not None and len(prompt) >= target.context:
            raise UserError(
                f"The prompt has {len(prompt):,} tokens, and {target.name} takes {target.context:,} in all: "
                "shorten it.",
                field="prompt",
            )
        self._target, self._proposer, self._laws, self._uniform = target, proposer, laws, uniform
        self._prompt = len(prompt)
        self.ids = list(prompt)
        """All that was read or written."""
        self._state, self._read = target.start(), 0
        for first in range(0, len(prompt) - 1, _BLOCK):
            ctx.check()
            block = list(prompt[first : min(first + _BLOCK, len(prompt) - 1)])
            self._state = target.advance([self._state], [block]).states[0]
            self._read += len(block)

    @property
    def room(self) -> int | None:
        return None if self._target.context is None else self._target.context - len(self.ids)

    def go(self, ahead: int) -> Round:
        most = ahead if self.room is None else min(ahead, self.room - 1)
        proposal = self._proposer.propose(self.ids, most) if most > 0 else Proposal([])
        self.draft_calls, self.in_draft = self._proposer.calls, self._proposer.seconds
        ids = proposal.ids[: max(0, most)]
        rows = self._verified(ids)
        accepted: list[int] = []
        own: int | None = None
        refused = False
        for place, id in enumerate(ids):
            p = self._law(rows[place], accepted)
            q = None if proposal.laws is None else proposal.laws[place]
            if self._uniform() >= acceptance(p, q, id):
                own, refused = drawn(residual(p, q, id), self._uniform()), True
                break
            accepted.append(id)
            if id in self._target.ends:
                break
        self.ended = bool(accepted) and accepted[-1] in self._target.ends
        pieces = [self._piece(id, True) for id in accepted]
        if not self.ended:
            if own is None:
                own = drawn(self._law(rows[len(ids)], accepted), self._uniform())
            pieces.append(self._piece(own, False))
            self.ended = own in self._target.ends
        self._stand(len(accepted), len(ids))
        self.ids += [piece.id for piece in pieces]
        return Round(pieces, len(ids), len(accepted) + refused, len(accepted))

    def _verified(self, proposed: list[int]) -> torch.Tensor:
        """(proposed + 1, V): what the target foretells before each proposal, and after the last."""
        pending = self.ids[self._read :]
        settles = len(pending) > _READ_TWICE and bool(proposed)
        began = time.perf_counter()
        if settles:
            read = self._target.advance([self._state, self._state], [pending, pending + proposed], every=True)
            self._before: State | None = read.states[0]
            self._after = read.states[1]
            rows = read.logits[len(pending) :]
        else:
            read = self._target.advance([self._state], [pending + proposed], every=True)
            self._before, self._after = (None if proposed else read.states[0]), read.states[0]
            rows = read.logits
        self.in_target += time.perf_counter() - began
        self.target_calls += 1
        return rows[len(pending) - 1 :]

    def _stand(self, accepted: int, proposed: int) -> None:
        """Which state to go on from."""
        if accepted == proposed:
            self._state, self._read = self._after, len(self.ids) + proposed
        elif self._before is not None:
            self._state, self._read = self._before, len(self.ids)

    def _law(self, scores: torch.Tensor, accepted: list[int]) -> Law:
        return self._laws(scores, drawn_by(self._target, [*self.ids, *accepted], self._prompt))

    def _piece(self, id: int, accepted: bool) -> Piece:
        return Piece(id, self._target.pieces[id] or b"", accepted)
