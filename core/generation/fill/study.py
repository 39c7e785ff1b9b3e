"""How what follows a cut is foretold: by the exact law, after token healing, after the plain prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.byte_model import ByteModel
from core.generation.ensemble.intervals import ratio
from core.generation.fill.continued import Continued, Prompt
from core.generation.fill.cuts import ALL, KINDS, Place
from core.generation.fill.result import METHODS, Method, OfKind, OfMethod
from core.generation.language.language_model import LanguageModel
from core.jobs.context import Context

_IMPOSSIBLE, _UNKNOWN = 64.0, 8.0
"""Bits of a byte that is held to be impossible, and of each behind it."""


class Foretold(NamedTuple):
    """What one method said of a continuation."""

    bits: float
    first: bool
    """Whether the likeliest first byte is the text's own."""
    greedy: bool
    """Whether the first bytes are the likeliest, one after the other."""
    guess: int
    """The likeliest first byte, or END."""
    impossible: bool


def prompt_of(method: Method, language: LanguageModel, text: str) -> Prompt:
    """A text in tokens: *plain*, all of them; *healing*, without the last, whose bytes the next begins with.

    Both are the same where nothing stands before the last, or it has no bytes.
    """
    ids = tuple(language.encode(text))
    last = language.pieces[ids[-1]]
    if method == "healing" and len(ids) > 1 and last:
        return Prompt(ids[:-1], last)
    return Prompt(ids)


def foretold_exactly(model: ByteModel, prompt: str, following: bytes, greedy: int, ctx: Context) -> Foretold:
    """What the exact law says of the bytes behind a prompt.

    Args:
        greedy: how many of them its greedy continuation has to meet.
    """
    said = _Said(following, greedy)
    state = model.read(model.start(), prompt.encode(), ctx)
    said.hear(model.law(state).log_probabilities)
    for after in model.walk(state, following[:-1], ctx):
        if not said.hear(model.law(after).log_probabilities):
            break
    return said.foretold


def foretold_after(
    model: Continued, prompts: Sequence[Prompt], following: Sequence[bytes], greedy: int, ctx: Context
) -> list[Foretold]:
    """The same of many prompts in tokens, byte by byte side by side: a call of the model a byte."""
    said = [_Said(data, greedy) for data in following]
    states = dict(enumerate(model.after(prompts)))
    place = 0
    while states:
        ctx.check()
        model.grow(list(states.values()))
        going = {}
        for number, state in states.items():
            one = said[number]
            if one.hear(model.law(state).log_probabilities) and place + 1 < len(one.following):
                going[number] = model.push(state, one.following[place])
        states, place = going, place + 1
    return [one.foretold for one in said]


class _Said:
    """What one method said so far."""

    def __init__(self, following: bytes, greedy: int) -> None:
        self.following = following
        self._greedy = greedy
        self._heard = 0
        self._guess = -1
        self._matched = True
        self._impossible = False
        self._bits = 0.0

    def hear(self, law: NDArray[np.float64]) -> bool:
        """The law of the next byte; False where that byte is impossible, and nothing can follow."""
        number, byte = self._heard, self.following[self._heard]
        best = int(law.argmax())
        self._guess = best if number == 0 else self._guess
        self._matched = self._matched and (number >= self._greedy or best == byte)
        self._heard += 1
        self._impossible = bool(law[byte] == -np.inf)
        if self._impossible:
            self._matched = self._matched and number >= self._greedy
            self._bits += _IMPOSSIBLE + _UNKNOWN * (len(self.following) - self._heard)
        else:
            self._bits -= float(law[byte]) / np.log(2)
        return not self._impossible

    @property
    def foretold(self) -> Foretold:
        right = self._guess == self.following[0]
        return Foretold(self._bits, right, self._matched, self._guess, self._impossible)


def by_kind(places: list[Place], found: dict[Method, list[Foretold]], seed: int) -> tuple[OfKind, ...]:
    """The figures of all cuts, and of each kind of them that there are any of."""
    if not places:
        raise UserError("There are no cuts.", field="cuts")
    figures = []
    for kind in KINDS:
        chosen = [number for number, place in enumerate(places) if kind == ALL or kind in place.kinds]
        if not chosen:
            continue
        sizes = np.array([float(places[number].ahead) for number in chosen])
        bits = {method: np.array([found[method][number].bits for number in chosen]) for method in METHODS}
        figures.append(
            OfKind(
                kind=kind,
                cuts=len(chosen),
                methods={
                    method: _of_method([found[method][number] for number in chosen], sizes, seed)
                    for method in METHODS
                },
                healing_more=ratio(bits["healing"] - bits["exact"], sizes, seed),
                plain_more=ratio(bits["plain"] - bits["exact"], sizes, seed),
            )
        )
    return tuple(figures)


def _of_method(found: list[Foretold], sizes: np.ndarray, seed: int) -> OfMethod:
    ones = np.ones(len(found))
    return OfMethod(
        bits_per_byte=ratio(np.array([one.bits for one in found]), sizes, seed),
        first_byte=ratio(np.array([float(one.first) for one in found]), ones, seed),
        greedy=ratio(np.array([float(one.greedy) for one in found]), ones, seed),
        impossible=sum(one.impossible for one in found),
    )
