"""Proposals verified byte by byte: the draft's law of the next byte against the target's (2410.09303).

No vocabulary matters. The target's law of the next byte needs what stands before it, so there is a look at
the target for every byte that is accepted, and no call is saved.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import torch

from core.errors import UserError
from core.generation.byte_model import END, ByteModel, ByteState
from core.generation.draft.acceptance import Law, acceptance, drawn, residual
from core.generation.draft.laws import Laws
from core.generation.draft.proposals.proposer import Uniform
from core.generation.draft.round import Piece, Round, Rounds
from core.generation.sampled import Drawn
from core.jobs.context import Context

_T = TypeVar("_T")


class ByteRounds(Rounds):
    def __init__(
        self,
        target: ByteModel,
        draft: ByteModel | None,
        prompt: bytes,
        laws: Laws,
        uniform: Uniform,
        ctx: Context,
    ) -> None:
        """
        Args:
            draft: None to write plainly.

        Raises:
            UserError: the target gives the prompt no probability, or has no room for it.
        """
        self._target, self._draft, self._laws, self._uniform, self._ctx = target, draft, laws, uniform, ctx
        self._prompt = list(prompt)
        self._written: list[int] = []
        self._state = target.read(target.start(), prompt, ctx)
        self._drafted: ByteState | None = None
        if draft is not None:
            self._drafted = self._or_none(lambda: draft.read(draft.start(), prompt, ctx))
        self._before = (target.evaluations, draft.evaluations if draft is not None else 0)

    @property
    def room(self) -> int | None:
        return None

    def go(self, ahead: int) -> Round:
        proposed, laws = self._proposals(ahead)
        pieces: list[Piece] = []
        own: int | None = None
        refused = False
        began = time.perf_counter()
        for byte, q in zip(proposed, laws, strict=True):
            self._ctx.check()
            p = self._law(self._target, self._state, [piece.id for piece in pieces])
            if self._uniform() >= acceptance(p, q, byte):
                own, refused = drawn(residual(p, q, byte), self._uniform()), True
                break
            pieces.append(_piece(byte, True))
            if byte == END:
                break
            self._state = self._target.push(self._state, byte)
        accepted = len(pieces)
        self.ended = bool(pieces) and pieces[-1].id == END
        if not self.ended:
            if own is None:
                p = self._law(self._target, self._state, [piece.id for piece in pieces])
                own = drawn(p, self._uniform())
            pieces.append(_piece(own, False))
            self.ended = own == END
            if not self.ended:
                last = own
                self._state = self._target.push(self._state, last)
        self.in_target += time.perf_counter() - began
        self._follow(pieces, accepted)
        self._written += [piece.id for piece in pieces if piece.id != END]
        self.target_calls = self._target.evaluations - self._before[0]
        return Round(pieces, len(proposed), accepted + refused, accepted)

    def _proposals(self, ahead: int) -> tuple[list[int], list[Law]]:
        """The draft's next bytes; `_states[i]` is the draft after i of them."""
        draft, found, laws = self._draft, [], []
        self._states: list[ByteState] = []
        if draft is None or self._drafted is None:
            return [], []
        began = time.perf_counter()
        state: ByteState | None = self._drafted
        while state is not None:
            self._states.append(state)
            if len(found) == ahead:
                break
            self._ctx.check()
            law = self._law(draft, state, found)
            found.append(drawn(law, self._uniform()))
            laws.append(law)
            if found[-1] == END:
                break
            at, byte = state, found[-1]
            state = self._or_none(lambda at=at, byte=byte: draft.push(at, byte))  # type: ignore[misc]
        self.in_draft += time.perf_counter() - began
        self.draft_calls = draft.evaluations - self._before[1]
        return found, laws

    def _follow(self, pieces: list[Piece], accepted: int) -> None:
        """The draft reads what was written; where it gives that no probability, it proposes no more."""
        draft = self._draft
        if draft is None or self._drafted is None or self.ended:
            return
        began = time.perf_counter()
        if accepted >= len(self._states):
            self._drafted = None
        else:
            state, last = self._states[accepted], pieces[-1].id
            self._drafted = self._or_none(lambda: draft.push(state, last))
        self.in_draft += time.perf_counter() - began
        self.draft_calls = draft.evaluations - self._before[1]

    def _law(self, model: ByteModel, state: ByteState, more: list[int]) -> Law:
        scores = torch.from_numpy(model.law(state).log_probabilities)
        return self._laws(scores, Drawn(self._prompt, [*self._written, *more], frozenset((END,))))

    @staticmethod
    def _or_none(read: Callable[[], _T]) -> _T | None:
        """None where the draft cannot follow: its context is full, or it holds this for impossible."""
        try:
            return read()
        except UserError:
            return None


def _piece(byte: int, accepted: bool) -> Piece:
    return Piece(byte, b"" if byte == END else bytes((byte,)), accepted)
