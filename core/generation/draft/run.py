"""The job: write with a draft, then plainly, and tell what was gained."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field

from core.errors import Cancelled, UserError
from core.generation.byte_writing import whole
from core.generation.decoding.draw import chance
from core.generation.draft.ahead import Ahead
from core.generation.draft.byte_rounds import ByteRounds
from core.generation.draft.checks import check_samplers
from core.generation.draft.job import DRAFT
from core.generation.draft.laws import Laws
from core.generation.draft.proposals.lookup import Lookup
from core.generation.draft.proposals.nothing import Nothing
from core.generation.draft.proposals.proposer import Proposer, Uniform
from core.generation.draft.proposals.same import Same, same_vocabulary
from core.generation.draft.proposals.shared import SharedTokens
from core.generation.draft.proposals.string import String
from core.generation.draft.request import DraftRequest, Method
from core.generation.draft.result import DraftPiece, DraftResult, Position, Speed
from core.generation.draft.round import Piece, Round, Rounds
from core.generation.draft.token_rounds import TokenRounds
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.generation.result_parts import Stopped
from core.jobs.context import Context
from core.jobs.registry import job
from core.tokenizers.shown import shown

_EVERY = 0.05
"""Seconds between two partial results."""
_PROPOSERS: dict[str, type[Same] | type[String] | type[SharedTokens]] = {
    "same": Same,
    "string": String,
    "shared": SharedTokens,
}


@job(DRAFT)
def draft(request: DraftRequest, ctx: Context) -> DraftResult:
    """Write with a draft; what is written follows the target's law alone.

    Raises:
        UserError: a model cannot be opened, the prompt does not fit, or the two cannot work together so.
    """
    check_samplers(request)
    ctx.progress(0, 1, "Opening the models")
    target = open_language_model(request.model, ctx, dtype=request.dtype, field="model")
    drafting = None
    if request.draft is not None:
        drafting = open_language_model(request.draft, ctx, dtype=request.dtype, field="draft")
    return decode(request, target, drafting, ctx)


def decode(
    request: DraftRequest, target: LanguageModel, drafting: LanguageModel | None, ctx: Context
) -> DraftResult:
    """The job on models that are open. Stopped, it gives what was written with the draft by then."""
    method = _method(request, target, drafting)
    laws = Laws(request.samplers, greedy=request.decoding == "greedy")
    shared: list[int] = []

    def rounds(plainly: bool) -> Rounds:
        uniform = _uniforms(ctx.seed)
        if method == "bytes":
            return _byte_rounds(request, target, None if plainly else drafting, laws, uniform, ctx)
        proposer: Proposer = Nothing()
        if not plainly:
            proposer = Lookup() if drafting is None else _PROPOSERS[method](target, drafting, laws, uniform)
            if isinstance(proposer, SharedTokens):
                shared.append(proposer.count)
        return TokenRounds(target, target.encode(request.prompt), proposer, laws, uniform, ctx)

    drafted = _written(rounds(False), request, target, ctx, "Writing with a draft", tell=True)
    stopped = drafted.stopped == "cancelled"
    plain = None
    if request.compare and not stopped:
        with suppress(Cancelled):
            plain = _written(
                rounds(True), request, target, ctx, "Writing plainly", most=len(drafted.pieces), tell=False
            )
        if plain is None or plain.stopped == "cancelled":
            ctx.warn("It was stopped before plain decoding had written as much: nothing was compared.")
            plain, stopped = None, True
    tokens = [piece.id for piece in drafted.pieces]
    same = None
    if plain is not None and laws.greedy:
        same = tokens == [piece.id for piece in plain.pieces]
    result = DraftResult(
        target=target.name,
        draft=drafting.name if drafting is not None else None,
        method=method,
        unit="byte" if method == "bytes" else "token",
        prompt=request.prompt,
        text=drafted.text,
        tokens=tokens,
        pieces=drafted.pieces,
        stopped=drafted.stopped,
        rounds=drafted.rounds,
        proposed=drafted.proposed,
        looked_at=sum(place.looked_at for place in drafted.places),
        accepted=sum(place.accepted for place in drafted.places),
        by_position=drafted.places,
        drafted=drafted.speed,
        plain=plain.speed if plain is not None else None,
        same_as_plain=same,
        shared_tokens=shared[0] if shared else None,
    )
    if stopped:
        raise Cancelled(result if result.pieces else None)
    return result


def _method(request: DraftRequest, target: LanguageModel, drafting: LanguageModel | None) -> Method:
    """Raises `UserError` where bytes are to be verified, and there is no draft to foretell them."""
    if drafting is None:
        if request.verify not in ("auto", "same"):
            raise UserError(
                "What is looked up in the text are the target's own tokens: choose a draft, or leave how it "
                "is verified at auto.",
                field="verify",
            )
        return "same"
    if request.verify != "auto":
        return request.verify
    if same_vocabulary(target, drafting):
        return "same"
    return "string" if request.decoding == "greedy" else "shared"


def _byte_rounds(
    request: DraftRequest,
    target: LanguageModel,
    drafting: LanguageModel | None,
    laws: Laws,
    uniform: Uniform,
    ctx: Context,
) -> Rounds:
    from core.generation.covers.opened import byte_model

    return ByteRounds(
        byte_model(target, convention=request.convention),
        None if drafting is None else byte_model(drafting, convention=request.convention),
        request.prompt.encode(),
        laws,
        uniform,
        ctx,
    )


def _uniforms(seed: int) -> Uniform:
    return chance(seed, 0, 0).random


@dataclass
class _Written:
    """What one way of writing gave."""

    text: str
    pieces: list[DraftPiece]
    stopped: Stopped
    rounds: int
    proposed: int
    places: list[Position]
    speed: Speed


@dataclass
class _SoFar:
    """Tokens as they are written, placed in the text's bytes; told now and then."""

    ctx: Context
    tell: bool
    leading: bool = False
    """A space at the very start is none of the text: SentencePiece puts it there."""
    pieces: list[DraftPiece] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    _told: int = 0
    _when: float = 0.0

    def add(self, some: list[Piece], number: int) -> None:
        for piece in some:
            data = piece.data
            if self.leading and data:
                data, self.leading = data.removeprefix(b" "), False
            start = len(self.data)
            self.data += data
            self.pieces.append(
                DraftPiece(
                    id=piece.id,
                    text=shown(data),
                    start=start,
                    end=len(self.data),
                    accepted=piece.accepted,
                    round=number,
                )
            )
        if self.tell and (not self._told or time.monotonic() - self._when >= _EVERY):
            self.flush()

    def cut(self) -> None:
        """Leave out the pieces of a last character that has only begun."""
        while (end := whole(bytes(self.data))) < len(self.data):
            while self.pieces and self.pieces[-1].end > end:
                del self.data[self.pieces.pop().start :]

    def flush(self) -> None:
        if self.tell and self._told < len(self.pieces):
            self.ctx.emit({"part": "pieces", "pieces": self.pieces[self._told :]})
            self._told, self._when = len(self.pieces), time.monotonic()


def _written(
    rounds: Rounds,
    request: DraftRequest,
    target: LanguageModel,
    ctx: Context,
    stage: str,
    *,
    tell: bool,
    most: int | None = None,
) -> _Written:
    """Round by round until the text is as long as asked for, ends, or the context is full."""
    limit = request.max_tokens if most is None else most
    ahead = Ahead(request.proposed, adaptive=request.adaptive)
    leading = target.puts_space and not request.prompt and not isinstance(rounds, ByteRounds)
    so_far = _SoFar(ctx, tell, leading)
    counts: list[list[int]] = []
    stopped: Stopped = "length"
    number = proposed = 0
    began = time.perf_counter()
    paused = ctx.paused_seconds
    try:
        while (left := limit - len(so_far.pieces)) > 0:
            ctx.progress(len(so_far.pieces), limit, stage)
            if rounds.room is not None and rounds.room <= 0:
                stopped = "context"
                break
            done = rounds.go(min(ahead.count, left - 1))
            _count(counts, done)
            proposed += done.proposed
            ahead.learn(done.proposed, done.accepted)
            so_far.add(done.pieces, number)
            number += 1
            if rounds.ended:
                stopped = "end"
                break
        so_far.flush()
    except Cancelled:
        stopped = "cancelled"
        so_far.cut()
    seconds = time.perf_counter() - began - (ctx.paused_seconds - paused)
    written = len(so_far.pieces)
    return _Written(
        text=so_far.data.decode("utf-8", errors="replace"),
        pieces=so_far.pieces,
        stopped=stopped,
        rounds=number,
        proposed=proposed,
        places=[Position(looked_at=looked_at, accepted=accepted) for looked_at, accepted in counts],
        speed=Speed(
            tokens=written,
            bytes=len(so_far.data),
            target_calls=rounds.target_calls,
            draft_calls=rounds.draft_calls,
            seconds=seconds,
            in_target=rounds.in_target,
            in_draft=rounds.in_draft,
            tokens_per_second=written / seconds if seconds > 0 else 0.0,
        ),
    )


def _count(counts: list[list[int]], done: Round) -> None:
    """By place in the round: looked at, and accepted."""
    for place in range(done.looked_at):
        if place == len(counts):
            counts.append([0, 0])
        counts[place][0] += 1
        counts[place][1] += place < done.accepted
