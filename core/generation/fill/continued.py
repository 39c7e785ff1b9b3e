"""`Continued`: the next byte after tokens that are fixed: what a model says that was prompted in tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.byte_model import END, ByteLaw, ByteModel, ByteState
from core.generation.covers.byte_trie import ByteTrie
from core.generation.language.language_model import LanguageModel, State

_NEGLIGIBLE = 1e-7
"""Share of all mass below which a way to go on is followed no longer."""


class _Border(NamedTuple):
    """Between two tokens."""

    state: State
    chances: NDArray[np.float64]
    """Of the next token, in the order of the trie."""
    end: float
    """That the text ends here."""


class _Way(NamedTuple):
    """Some tokens, and then one of those in a node of the trie, of which `depth` bytes are read.

    Those at places lo … longer - 1 end here, those up to hi - 1 do not. With depth 0 the text may end, too.
    """

    border: _Border
    lo: int
    longer: int
    hi: int
    depth: int
    weight: float
    """Of the tokens before."""

    @property
    def mass(self) -> float:
        if not self.depth:
            return self.weight
        return self.weight * float(self.border.chances[self.lo : self.hi].sum())


@dataclass(frozen=True, eq=False)
class _Followed(ByteState):
    length: int
    log_probability: float
    """What the ways' weights are parts of, lest they become too small."""
    ways: tuple[_Way, ...]
    pruned: float
    grown: list[tuple[_Way, ...]] = field(default_factory=list, repr=False)
    """The ways once tokens that may end here have ended, when that was asked for."""


class Prompt(NamedTuple):
    """What stands before: tokens as they are, and bytes that the next token has to begin with.

    These are no part of what is read: with the bytes of the last token of a text, which is left out of `ids`,
    this is token healing.
    """

    ids: tuple[int, ...]
    """Those before any text included; at least one."""
    inside: bytes = b""


class Continued(ByteModel):
    """Every way to go on in tokens counts, at most `beam` at once; the prompt's tokens are as they are.

    This is the law of text that common decoding has.

    Args:
        trie: of the language model's tokens.
    """

    def __init__(self, language: LanguageModel, trie: ByteTrie, *, beam: int = 64) -> None:
        self.name = language.name
        self.evaluations = 0
        self._language, self._trie, self._beam = language, trie, beam
        self._ends = sorted(language.ends)

    def start(self) -> ByteState:
        return self.after([Prompt(self._language.begin)])[0]

    def after(self, prompts: Sequence[Prompt]) -> list[ByteState]:
        """Right after each of the prompts; they are read in one call.

        Raises:
            UserError: no token begins so, or a prompt is longer than the model's context.
        """
        start = self._language.start()
        borders = self._advanced([start] * len(prompts), [prompt.ids for prompt in prompts])
        return [self._begun(border, prompt.inside) for border, prompt in zip(borders, prompts, strict=True)]

    def grow(self, states: Sequence[ByteState]) -> None:
        """Ask the model, in one call, what `law` and `push` need to know of all these states."""
        ended = []
        for state in states:
            assert isinstance(state, _Followed)
            if not state.grown:
                ended += [
                    (state, way, place)
                    for way in state.ways
                    for place in range(way.lo, way.longer)
                    if way.border.chances[place]
                ]
        borders = self._advanced(
            [way.border.state for _, way, _ in ended], [[int(self._trie.ids[place])] for *_, place in ended]
        )
        grown: dict[int, list[_Way]] = {}
        for border, (state, way, place) in zip(borders, ended, strict=True):
            weight = way.weight * float(way.border.chances[place])
            grown.setdefault(id(state), []).append(_Way(border, 0, 0, len(self._trie), 0, weight))
        for state in states:
            assert isinstance(state, _Followed)
            if not state.grown:
                longer = [way._replace(lo=way.longer) for way in state.ways if way.longer < way.hi]
                state.grown.append((*longer, *grown.get(id(state), ())))

    def law(self, state: ByteState) -> ByteLaw:
        assert isinstance(state, _Followed)
        found, mass = np.zeros(END + 1), 0.0
        for way in self._ways(state):
            column = self._trie.bytes_at(way.longer, way.hi, way.depth)
            chances = way.border.chances[way.longer : way.hi]
            found[:END] += way.weight * np.bincount(column, weights=chances, minlength=END)
            if not way.depth:
                found[END] += way.weight * way.border.end
            mass += way.mass
        whole = float(found.sum())
        if not whole:
            raise UserError(f"{self.name} has no way to go on from these tokens.")
        with np.errstate(divide="ignore"):
            return ByteLaw(np.log(found / whole), max(0.0, 1 - whole / mass), state.pruned)

    def push(self, state: ByteState, byte: int) -> ByteState:
        assert isinstance(state, _Followed)
        moved = []
        for way in self._ways(state):
            lo, hi, longer = self._trie.child(way.longer, way.hi, way.depth, byte)
            if lo < hi:
                moved.append(way._replace(lo=lo, longer=longer, hi=hi, depth=way.depth + 1))
        masses = np.array([way.mass for way in moved])
        whole = float(masses.sum())
        if not whole:
            raise UserError(f"{self.name}: the byte 0x{byte:02X} has probability zero here.")
        order = np.argsort(-masses, kind="stable")[: self._beam]
        kept = order[masses[order] > _NEGLIGIBLE * whole]
        lost = max(0.0, 1 - float(masses[kept].sum()) / whole)
        ways = tuple(moved[place]._replace(weight=moved[place].weight / whole) for place in kept)
        return _Followed(
            state.length + 1,
            state.log_probability + float(np.log(whole)),
            ways,
            1 - (1 - state.pruned) * (1 - lost),
        )

    def _begun(self, border: _Border, inside: bytes) -> ByteState:
        lo, longer, hi = 0, 0, len(self._trie)
        for depth, byte in enumerate(inside):
            lo, hi, longer = self._trie.child(longer, hi, depth, byte)
        whole = float(border.chances[lo:hi].sum()) if inside else 1.0
        if not whole:
            raise UserError(f"{self.name} has no token that begins with {inside!r}.")
        return _Followed(0, 0.0, (_Way(border, lo, longer, hi, len(inside), 1 / whole),), 0.0)

    def _ways(self, state: _Followed) -> tuple[_Way, ...]:
        """Those whose token is longer, and those on which a token has ended right here."""
        if not state.grown:
            self.grow([state])
        return state.grown[0]

    def _advanced(self, states: Sequence[State], ids: Sequence[Sequence[int]]) -> list[_Border]:
        if not states:
            return []
        self.evaluations += 1
        after, logits, _ = self._language.advance(states, ids)
        laws = np.exp(logits.double().log_softmax(-1).numpy())
        return [
            _Border(state, law[self._trie.ids], float(law[self._ends].sum()))
            for state, law in zip(after, laws, strict=True)
        ]
