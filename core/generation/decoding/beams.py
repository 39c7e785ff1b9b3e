"""Beam search as transformers has it, so that texts are the same token for token."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from core.generation.decoding.law import Law, Seen
from core.generation.decoding.reading import read_prompts
from core.generation.decoding.text import Text
from core.generation.decoding.writing import Decoding, Writing, ended
from core.generation.language.language_model import LanguageModel, State
from core.generation.result_parts import Stopped
from core.generation.sampled import Drawn
from core.generation.strategies.beam import EarlyStopping

_NEVER = -1e9
"""A score that is worse than any."""


class _Token(NamedTuple):
    """The last one of a way, and what stands before it."""

    before: _Token | None
    id: int
    seen: Seen
    sampled: float


class _Way(NamedTuple):
    """One of the ways to go on from a prompt."""

    score: float
    state: State
    drawn: Drawn
    text: Text
    last: _Token | None
    stopped: Stopped | None = None


def beam_search(
    language: LanguageModel,
    writings: Sequence[Writing],
    decoding: Decoding,
    *,
    beams: int,
    length_penalty: float,
    early_stopping: EarlyStopping,
) -> Iterator[None]:
    """The best of the ways that ended, by log-probability / length^`length_penalty`; see `Strategy.write`.

    A way ends with an end token, a stop string, or at a limit. Each text is written at once when it is found.
    """
    live = read_prompts(language, writings, decoding)
    searches = [
        _Search(writing, language, decoding, beams, length_penalty, early_stopping) for writing in live
    ]
    logits = torch.stack([search.row for search in searches]) if searches else torch.empty(0, 0)
    while searches:
        decoding.ctx.check()
        law = Law(logits, decoding.alternatives, language.name)
        first = 0
        for search in searches:
            rows = range(first, first + len(search.ways))
            first += len(rows)
            search.step(law, rows)
            if search.done:
                search.write()
        yield
        searches = [search for search in searches if search.writing.stopped is None]
        ways = [way for search in searches for way in search.ways]
        if ways:
            found = language.advance([way.state for way in ways], [way.drawn.ids[-1:] for way in ways])
            logits = found.logits
            states = iter(found.states)
            for search in searches:
                search.ways = [way._replace(state=next(states)) for way in search.ways]


class _Search:
    """The ways of one text."""

    def __init__(
        self,
        writing: Writing,
        language: LanguageModel,
        decoding: Decoding,
        beams: int,
        length_penalty: float,
        early_stopping: EarlyStopping,
    ) -> None:
        assert writing.state is not None
        assert writing.row is not None
        self.writing = writing
        self.row = writing.row
        self.ways = [_Way(0.0, writing.state, writing.drawn, writing.text, None)]
        self.finished: list[_Way] = []
        self.done = False
        self._language, self._decoding = language, decoding
        self._beams, self._penalty, self._early = beams, length_penalty, early_stopping
        self._length = 0
        context = language.context
        self._longest = math.inf if context is None else context - writing.state.length + 1
        if decoding.max_tokens is not None:
            self._longest = min(self._longest, decoding.max_tokens - len(writing.drawn.ids))
        # As many candidates as leave enough to go on with, should all the best ones end.
        self._keep = max(2, 1 + len(language.ends)) * beams

    def step(self, law: Law, rows: range) -> None:
        """One token on: the ways that go on, and those that ended, with what the model foretells of them."""
        scores = torch.stack(
            [
                self._decoding.scores(law.logs[row], self.writing, way.drawn)
                for row, way in zip(rows, self.ways, strict=True)
            ]
        )
        summed = (scores + torch.tensor([way.score for way in self.ways]).unsqueeze(1)).flatten()
        best = summed.topk(min(self._keep, len(summed)))
        possible = best.values > float("-inf")
        size = scores.shape[-1]
        places, ids = (best.indices[possible] // size).tolist(), (best.indices[possible] % size).tolist()
        seen = law.seen(ids, [rows[place] for place in places])
        sampled = scores[places, ids].tolist()
        tokens = [
            _Token(self.ways[place].last, *token)
            for place, *token in zip(places, ids, seen, sampled, strict=True)
        ]
        found = [
            self._on(self.ways[place], score, token)
            for score, place, token in zip(best.values.tolist(), places, tokens, strict=False)
        ]
        self._length += 1
        self._finish([way for way in found[: self._beams] if way.stopped is not None])
        self.ways = [way for way in found if way.stopped is None][: self._beams]
        self.done = not self.ways or self._no_better(self.ways[0].score)

    def write(self) -> None:
        """The best way becomes the text."""
        best = self.finished[0]
        tokens = []
        last = best.last
        while last is not None:
            tokens.append(last)
            last = last.before
        for token in reversed(tokens):
            self.writing.add(token.id, token.seen, token.sampled)
        if self.writing.stopped is None:
            self.writing.stopped = best.stopped

    # How it is done

    def _on(self, way: _Way, score: float, token: _Token) -> _Way:
        text, drawn = way.text.copy(), way.drawn.branch(token.id)
        stopped = ended(text, self._language, self._decoding, token.id, len(drawn.ids))
        context = self._language.context
        if stopped is None and context is not None and way.state.length >= context:
            stopped = "context"
        return _Way(score, way.state, drawn, text, token, stopped)

    def _finish(self, ended: list[_Way]) -> None:
        if self._early == "always" and len(self.finished) == self._beams:
            return
        divisor = self._length**self._penalty
        some = self.finished + [way._replace(score=way.score / divisor) for way in ended]
        self.finished = sorted(some, key=lambda way: -way.score)[: self._beams]

    def _no_better(self, best: float) -> bool:
        if len(self.finished) < self._beams:
            return False
        if self._early == "always":
            return True
        at_best = self._longest if self._early == "never" and self._penalty > 0 else self._length
        return bool(best / at_best**self._penalty <= self.finished[-1].score)
