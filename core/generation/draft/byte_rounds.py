"""Proposals verified byte by byte: the draft's law of the next byte against the target's (2410.09303).

No vocabulary matters. The target reads the proposed bytes in as few calls as its byte law can; the draft is
asked at every byte where a token may end. This is exact, and slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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
        self._full = False
        self._state = target.read(target.start(), prompt, ctx)
        self._drafted: ByteState | None = None
        """The draft after all that was written; None where it cannot follow any more."""
        if draft is not None:
            self._drafted = _or_none(lambda: draft.read(draft.start(), prompt, ctx))
        self._before = (target.evaluations, draft.evaluations if draft is not None else 0)

    @property
    def room(self) -> int | None:
        """Bytes have no number in a context of tokens: it is full when the target says so."""
        return 0 if self._full else None

    def go(self, ahead: int) -> Round:
        states, proposed, laws = self._proposals(ahead)
        began = time.perf_counter()
        pieces, refused = self._verified(proposed, laws)
        self.in_target += time.perf_counter() - began
        self.target_calls = self._target.evaluations - self._before[0]
        accepted = sum(piece.accepted for piece in pieces)
        self.ended = bool(pieces) and pieces[-1].id == END
        if not self.ended and len(pieces) > accepted:
            self._follow(states, pieces[-1].id, accepted)
        self._written += [piece.id for piece in pieces if piece.id != END]
        return Round(pieces, len(proposed), accepted + refused, accepted)

    def _proposals(self, ahead: int) -> tuple[list[ByteState], list[int], list[Law]]:
        """The draft's states after none, one, two… of its next bytes; these; and the laws they are from."""
        draft, state = self._draft, self._drafted
        states: list[ByteState] = []
        found: list[int] = []
        laws: list[Law] = []
        if draft is None:
            return states, found, laws
        began = time.perf_counter()
        while state is not None:
            self._ctx.check()
            states.append(state)
            law = _or_none(lambda at=state: self._law(draft, at, found)) if len(found) < ahead else None  # type: ignore[misc]
            if law is None:
                break
            found.append(drawn(law, self._uniform()))
            laws.append(law)
            if found[-1] == END:
                break
            state = _or_none(lambda at=state, byte=found[-1]: draft.push(at, byte))  # type: ignore[misc]
        self.in_draft += time.perf_counter() - began
        self.draft_calls = draft.evaluations - self._before[1]
        return states, found, laws

    def _verified(self, proposed: Sequence[int], laws: Sequence[Law]) -> tuple[list[Piece], bool]:
        """What the target lets stand, and one byte of its own; whether that is since it refused one.

        Raises:
            UserError: the target cannot say what comes first.
        """
        pieces: list[Piece] = []
        try:
            walk = self._target.walk(self._state, bytes(byte for byte in proposed if byte != END), self._ctx)
            for byte, q in zip(proposed, laws, strict=True):
                self._ctx.check()
                p = self._law(self._target, self._state, [piece.id for piece in pieces])
                if self._uniform() >= acceptance(p, q, byte):
                    self._own(pieces, residual(p, q, byte))
                    return pieces, True
                pieces.append(_piece(byte, True))
                if byte == END:
                    return pieces, False
                self._state = next(walk)
            self._own(pieces, self._law(self._target, self._state, [piece.id for piece in pieces]))
        except UserError:
            if not pieces and not self._written:
                raise
            self._full = True  # what stands, stands
        return pieces, False

    def _own(self, pieces: list[Piece], law: Law) -> None:
        pieces.append(_piece(drawn(law, self._uniform()), False))
        if pieces[-1].id != END:
            self._state = self._target.push(self._state, pieces[-1].id)

    def _follow(self, states: Sequence[ByteState], last: int, accepted: int) -> None:
        """The draft reads what was written; where it gives that no probability, it proposes no more."""
        draft = self._draft
        if draft is None or accepted >= len(states):
            self._drafted = None
            return
        began = time.perf_counter()
        self._drafted = _or_none(lambda: draft.push(states[accepted], last))
        self.in_draft += time.perf_counter() - began
        self.draft_calls = draft.evaluations - self._before[1]

    def _law(self, model: ByteModel, state: ByteState, more: list[int]) -> Law:
        scores = torch.from_numpy(model.law(state).log_probabilities)
        return self._laws(scores, Drawn(self._prompt, [*self._written, *more], frozenset((END,))))


def _or_none(read: Callable[[], _T]) -> _T | None:
    """None where the draft cannot follow: its context is full, or it holds this for impossible."""
    try:
        return read()
    except UserError:
        return None


def _piece(byte: int, accepted: bool) -> Piece:
    return Piece(byte, b"" if byte == END else bytes((byte,)), accepted)
