"""`Continued`: the next byte after tokens that are fixed: what a model says that was prompted in tokens."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.byte_model import END, ByteLaw, ByteModel, ByteState
from core.generation.language.language_model import LanguageModel, State

_NEGLIGIBLE = 1e-9
"""Share of all mass below which a way to go on is followed no longer."""


class Vocabulary:
    """All tokens with bytes, in the order of their bytes: those that begin alike stand together."""

    def __init__(self, pieces: Sequence[bytes | None]) -> None:
        found = sorted((piece, id) for id, piece in enumerate(pieces) if piece)
        self.bytes = [piece for piece, _ in found]
        self.ids = np.array([id for _, id in found])
        self.children = lru_cache(maxsize=4_096)(self._children)

    def span(self, prefix: bytes) -> tuple[int, int]:
        """Where those stand that begin with `prefix`."""
        low = bisect_left(self.bytes, prefix)
        high = bisect_left(self.bytes, prefix + b"\xff" * 1_024) if prefix else len(self.bytes)
        return low, high

    def _children(self, low: int, high: int, depth: int) -> tuple[int, NDArray[np.intp], NDArray[np.intp]]:
        """Of a span of tokens whose first `depth` bytes are the same: where those begin that have more, which
        bytes come next, and where each of these begins."""
        first = low
        while first < high and len(self.bytes[first]) == depth:
            first += 1
        following = np.array([piece[depth] for piece in self.bytes[first:high]], dtype=np.intp)
        edges = np.flatnonzero(np.diff(following, prepend=-1))
        return first, following[edges], edges + first


class _Border(NamedTuple):
    """Between two tokens."""

    state: State
    chances: NDArray[np.float64]
    """Of the next token, as `Vocabulary` orders them."""
    end: float
    """That the text ends here."""


class _Way(NamedTuple):
    """Some tokens, and then one of a span of tokens of which `depth` bytes are read; 0: at a border."""

    border: _Border
    low: int
    high: int
    depth: int
    weight: float
    """Of the tokens before."""

    @property
    def mass(self) -> float:
        if not self.depth:
            return self.weight
        return self.weight * float(self.border.chances[self.low : self.high].sum())


@dataclass(frozen=True, eq=False)
class _Followed(ByteState):
    """Weights are as parts of `scale`, a logarithm, lest they become too small."""

    length: int
    log_probability: float
    ways: tuple[_Way, ...]
    scale: float
    pruned: float
    grown: list[tuple[_Way, ...]] = field(default_factory=list, repr=False)
    """The ways once tokens that may end here have ended, when that was asked for."""


class Continued(ByteModel):
    """Every way to go on in tokens counts, at most `beam` at once; the prompt's tokens are as they are.

    This is the law of text that common decoding has. With `inside`, the next token is one that begins with
    these bytes, which are no part of what is read: token healing.

    Args:
        ids: the prompt's tokens, those before any text included; at least one.
        inside: bytes that the next token begins with.

    Raises:
        UserError: no token does, or the prompt is longer than the model's context.
    """

    def __init__(
        self,
        language: LanguageModel,
        vocabulary: Vocabulary,
        ids: Sequence[int],
        *,
        inside: bytes = b"",
        beam: int = 128,
    ) -> None:
        self.name = language.name
        self.evaluations = 0
        self._language, self._vocabulary, self._beam = language, vocabulary, beam
        (border,) = self._advanced([language.start()], [list(ids)])
        low, high = vocabulary.span(inside)
        whole = float(border.chances[low:high].sum()) if inside else 1.0
        if not whole:
            raise UserError(f"{self.name} has no token that begins with {inside!r}.")
        self._start = _Followed(0, 0.0, (_Way(border, low, high, len(inside), 1 / whole),), 0.0, 0.0)

    def start(self) -> ByteState:
        return self._start

    def law(self, state: ByteState) -> ByteLaw:
        found = np.zeros(END + 1)
        for way in self._ways(state):
            _, following, edges = self._vocabulary.children(way.low, way.high, way.depth)
            if len(following):
                sums = np.add.reduceat(way.border.chances[: way.high], edges)
                found[following] += way.weight * sums
            if not way.depth:
                found[END] += way.weight * way.border.end
        whole, mass = found.sum(), sum(way.mass for way in self._ways(state))
        if not whole:
            raise UserError(f"{self.name} has no way to go on from these tokens.")
        assert isinstance(state, _Followed)
        with np.errstate(divide="ignore"):
            return ByteLaw(np.log(found / whole), max(0.0, 1 - float(whole / mass)), state.pruned)

    def push(self, state: ByteState, byte: int) -> ByteState:
        assert isinstance(state, _Followed)
        moved = []
        for way in self._ways(state):
            _, following, edges = self._vocabulary.children(way.low, way.high, way.depth)
            place = int(np.searchsorted(following, byte))
            if place < len(following) and following[place] == byte:
                high = int(edges[place + 1]) if place + 1 < len(edges) else way.high
                moved.append(way._replace(low=int(edges[place]), high=high, depth=way.depth + 1))
        masses = np.array([way.mass for way in moved])
        whole = float(masses.sum())
        if not whole:
            raise UserError(f"{self.name}: the byte 0x{byte:02X} has probability zero here.")
        kept = [place for place in np.argsort(-masses, kind="stable")[: self._beam]]
        kept = [place for place in kept if masses[place] > _NEGLIGIBLE * whole]
        lost = 1 - float(masses[kept].sum()) / whole
        ways = tuple(moved[place]._replace(weight=moved[place].weight / whole) for place in kept)
        scale = state.scale + float(np.log(whole))
        return _Followed(state.length + 1, scale, ways, scale, state.pruned + lost)

    def _ways(self, state: ByteState) -> tuple[_Way, ...]:
        """The ways, and with them those on which a token has ended right here: one call of the model."""
        assert isinstance(state, _Followed)
        if not state.grown:
            ended = [
                (way, at)
                for way in state.ways
                for at in range(way.low, self._vocabulary.children(way.low, way.high, way.depth)[0])
                if way.border.chances[at]
            ]
            borders = self._advanced(
                [way.border.state for way, _ in ended], [[int(self._vocabulary.ids[at])] for _, at in ended]
            )
            grown = [
                _Way(border, 0, len(self._vocabulary.ids), 0, way.weight * float(way.border.chances[at]))
                for border, (way, at) in zip(borders, ended, strict=True)
            ]
            longer = [
                way._replace(low=self._vocabulary.children(way.low, way.high, way.depth)[0])
                for way in state.ways
            ]
            state.grown.append((*(way for way in longer if way.low < way.high), *grown))
        return state.grown[0]

    def _advanced(self, states: Sequence[State], ids: Sequence[Sequence[int]]) -> list[_Border]:
        if not states:
            return []
        self.evaluations += 1
        after, logits, _ = self._language.advance(states, ids)
        laws = np.exp(logits.double().log_softmax(-1).numpy())
        ends = sorted(self._language.ends)
        return [
            _Border(state, law[self._vocabulary.ids], float(law[ends].sum()))
            for state, law in zip(after, laws, strict=True)
        ]
