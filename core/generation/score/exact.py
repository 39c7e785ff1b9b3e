"""Byte lock step: all models over the same bytes, each by its law of the next byte.

What their tokens are does not matter here, so that the laws of models with different vocabularies can be
compared place by place. Texts longer than a model's context are read in windows that all models share; each
byte is scored once, with at least half a window before it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.byte_model import ByteLaw, ByteModel, ByteState
from core.generation.language.language_model import LanguageModel
from core.generation.score.curve import spread
from core.generation.score.foretold import MOST_CONTEXT, foretold
from core.generation.score.records import chosen, log_probabilities
from core.generation.score.request import ScoreRequest
from core.generation.score.result import Exact, Parting
from core.generation.score.texts import pieces
from core.jobs.context import Context

KEPT = 20_000
"""Bytes from the beginning of the texts whose figures are kept one by one."""
_SPARE = 0.15
"""Of a context that windows leave free: other ways to write the same bytes may take more tokens."""
_STAGE = "Byte by byte"


@dataclass
class Window:
    """Bytes ``[start, end)`` of a passage, those from `scored` on to be scored."""

    start: int
    scored: int
    end: int


@dataclass
class Track:
    """One model."""

    model: LanguageModel
    law: ByteModel
    bits: float = 0.0
    canonical: float = 0.0
    leaked: float = 0.0
    pruned: float = 0.0
    kept: list[float] = field(default_factory=list)
    top: list[int] = field(default_factory=list)


@dataclass
class Pair:
    """The first model and another."""

    model: int
    divergence: float = 0.0
    kullback_leibler: float | None = 0.0
    divergences: list[float] = field(default_factory=list)
    kullback_leiblers: list[float | None] = field(default_factory=list)
    first_disagreement: int | None = None


def byte_by_byte(request: ScoreRequest, models: Sequence[LanguageModel], ctx: Context) -> Exact:
    """Score all texts by the laws of the next byte.

    Raises:
        UserError: a model's law of the next byte cannot be had, or a byte is impossible under it.
    """
    from core.generation.covers.opened import byte_model, what_is_not_counted

    laws = [
        byte_model(model, convention=request.convention, beam=request.beam, warn=ctx.warn) for model in models
    ]
    for words in filter(None, map(what_is_not_counted, laws)):
        ctx.warn(words)
    tracks = [Track(model, law) for model, law in zip(models, laws, strict=True)]
    pairs = [Pair(number) for number in range(1, len(tracks))]
    lockstep = LockStep(tracks, pairs, _limit(request, models))
    for passage in pieces(request):
        lockstep.add(passage.text, ctx)
    count = lockstep.bytes
    if not count:
        raise UserError("There is no byte to score.", field="text")
    return Exact(
        convention=request.convention,
        bits_per_byte=[track.bits / count for track in tracks],
        canonical=[track.canonical / count for track in tracks],
        bits=[track.kept for track in tracks],
        top=[track.top for track in tracks],
        leaked=[track.leaked / count for track in tracks],
        pruned=[track.pruned for track in tracks],
        partings=[
            Parting(
                model=pair.model,
                divergence=pair.divergences,
                kullback_leibler=pair.kullback_leiblers,
                mean_divergence=pair.divergence / count,
                mean_kullback_leibler=None
                if pair.kullback_leibler is None
                else pair.kullback_leibler / count,
                first_disagreement=pair.first_disagreement,
            )
            for pair in pairs
        ],
        window=lockstep.widest,
        kept=min(count, KEPT),
        bytes=count,
        evaluations=[track.law.evaluations for track in tracks],
    )


class LockStep:
    """Args: `limits`: tokens that each model takes at once."""

    def __init__(self, tracks: Sequence[Track], pairs: Sequence[Pair], limits: Sequence[int]) -> None:
        self.tracks = tracks
        self.pairs = pairs
        self._limits = limits
        self.bytes = 0
        self.widest = 0

    def add(self, text: str, ctx: Context) -> None:
        """Score a passage; it begins like a text of its own."""
        data = text.encode()
        edges = [_edges(track.model, text) for track in self.tracks]
        for window in windows(data, edges, self._limits):
            self.widest = max(self.widest, window.end - window.start)
            self._score(data, window, ctx)

    def _score(self, data: bytes, window: Window, ctx: Context) -> None:
        context = data[window.start : window.scored]
        for track in self.tracks:
            track.canonical += _canonical(track.model, data, window, ctx)
        part = data[window.start : window.end]
        scored = data[window.scored : window.end - 1]
        ways = [_states(track.law, part, context, scored, ctx) for track in self.tracks]
        for place, states in enumerate(zip(*ways, strict=True), window.scored):
            ctx.progress(place, len(data), _STAGE)
            laws = [track.law.law(state) for track, state in zip(self.tracks, states, strict=True)]
            self._note(laws, data[place])

    def _note(self, laws: Sequence[ByteLaw], byte: int) -> None:
        keep = self.bytes < KEPT
        for track, law in zip(self.tracks, laws, strict=True):
            bits = -float(law.log_probabilities[byte]) / math.log(2)
            if not math.isfinite(bits):
                raise UserError(
                    f"{track.model.name} holds byte {self.bytes:,} (0x{byte:02X}) for impossible, so that "
                    "the text has no bits per byte. Let every tokenization count (--convention all).",
                    field="convention",
                )
            track.bits += bits
            track.leaked += law.leaked
            track.pruned = max(track.pruned, law.pruned)
            if keep:
                track.kept.append(round(bits, 5))
                track.top.append(int(law.log_probabilities.argmax()))
        for pair in self.pairs:
            self._compare(pair, laws[0], laws[pair.model], keep)
        self.bytes += 1

    def _compare(self, pair: Pair, first: ByteLaw, other: ByteLaw, keep: bool) -> None:
        one, two = first.log_probabilities, other.log_probabilities
        apart, away = jensen_shannon(one, two), kullback_leibler(one, two)
        pair.divergence += apart
        if pair.kullback_leibler is not None:
            pair.kullback_leibler = None if away is None else pair.kullback_leibler + away
        if keep:
            pair.divergences.append(round(apart, 6))
            pair.kullback_leiblers.append(None if away is None else round(away, 5))
        if pair.first_disagreement is None and one.argmax() != two.argmax():
            pair.first_disagreement = self.bytes


def _states(law: ByteModel, part: bytes, context: bytes, scored: bytes, ctx: Context) -> Iterator[ByteState]:
    """Before each of the scored bytes, and behind the last of them."""
    state = law.read(law.start_of(part), context, ctx)
    yield state
    yield from law.walk(state, scored, ctx)


def kullback_leibler(one: NDArray[np.float64], two: NDArray[np.float64]) -> float | None:
    """D(one ‖ two) in bits, of natural log-probabilities; None, for infinite, where `two` excludes what `one`
    allows."""
    held = one > -np.inf
    found = float((np.exp(one[held]) * (one[held] - two[held])).sum()) / math.log(2)
    return max(0.0, found) if math.isfinite(found) else None


def jensen_shannon(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """The Jensen–Shannon divergence in bits, 0 to 1, of natural log-probabilities."""
    middle = np.logaddexp(one, two) - math.log(2)  # excludes nothing that either allows
    return min(1.0, sum(kullback_leibler(law, middle) or 0.0 for law in (one, two)) / 2)


def windows(data: bytes, edges: Sequence[Sequence[int]], limits: Sequence[int]) -> list[Window]:
    """Windows over the bytes of a passage that are within every model's limit of tokens.

    Args:
        edges: of each model, where its tokens of the passage end, rising.
        limits: of each model, tokens that a window may have.

    All but the first begin behind white space (where there is any), and score their second half.
    """
    found = [Window(0, 0, _reach(0, data, edges, limits))]
    while (scored := found[-1].end) < len(data):
        wanted = found[-1].start + (scored - found[-1].start + 1) // 2
        start = _word(data, wanted, scored)
        end = _reach(start, data, edges, limits)
        if end <= scored:  # tokens get longer there, in bytes: keep less before them
            start, end = scored, _reach(scored, data, edges, limits)
        found.append(Window(start, scored, end))
    return found


def _reach(start: int, data: bytes, edges: Sequence[Sequence[int]], limits: Sequence[int]) -> int:
    """How far so many tokens reach from `start` on, in every model; where a character ends."""
    ends = []
    for borders, limit in zip(edges, limits, strict=True):
        place = bisect_right(borders, start) + max(1, limit - 2) - 1
        ends.append(borders[place] if place < len(borders) else len(data))
    end = next((place for place in range(min(ends), start, -1) if _begins(data, place)), start)
    if end > start:
        return end
    return next(place for place in range(start + 1, len(data) + 1) if _begins(data, place))


def _begins(data: bytes, place: int) -> bool:
    """Whether a character begins there, or the text ends."""
    return place >= len(data) or data[place] & 0xC0 != 0x80


def _word(data: bytes, wanted: int, limit: int) -> int:
    """The first byte from `wanted` on that follows white space and is none; `wanted` where there is none."""
    for place in range(max(1, wanted), limit):
        if data[place - 1] in b" \n\t" and data[place] not in b" \n\t":
            return place
    return next((place for place in range(wanted, limit) if _begins(data, place)), limit)


def _edges(model: LanguageModel, text: str) -> list[int]:
    return [end for _, end in model.tokenizer.encode(text).spans]


def _limit(request: ScoreRequest, models: Sequence[LanguageModel]) -> list[int]:
    found = []
    for model in models:
        most = min(request.context or MOST_CONTEXT, model.context or MOST_CONTEXT) - len(model.begin)
        found.append(max(2, int(most * (1 - _SPARE))))
    return found


def _canonical(model: LanguageModel, data: bytes, window: Window, ctx: Context) -> float:
    """Bits of the scored bytes by the tokenizer's own tokens, with the same context."""
    part = data[window.start : window.end]
    ids, spans = model.tokenizer.encode(part.decode("utf-8", errors="replace"))
    bits = np.full(len(ids), np.nan)
    size = len(ids) + len(model.begin) + 1
    for first, logits in foretold(model, ids, context=size, stride=size, ctx=ctx):
        laws = log_probabilities(logits)
        bits[first : first + len(laws)] = chosen(laws, ids[first : first + len(laws)])
    places = spread(spans, bits / -math.log(2), len(part))
    return float(np.nansum(places[window.scored - window.start :]))
