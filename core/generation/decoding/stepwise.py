"""Token by token: what greedy decoding and sampling share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch

from core.generation.decoding.law import Later, Law
from core.generation.decoding.reading import read_prompts
from core.generation.decoding.writing import Decoding, Writing
from core.generation.language.language_model import LanguageModel, State

Choose = Callable[[Law, int, Writing], tuple[int, float | None]]
"""Law, number of the text, text → a token and the log-probability with which it was chosen; None: the
model's own."""


def step_by_step(
    language: LanguageModel, writings: Sequence[Writing], decoding: Decoding, choose: Choose
) -> Iterator[None]:
    """One token of each text after the other; see `Strategy.write`."""
    live = read_prompts(language, writings, decoding)
    logits = rows_of(live)
    later = Later(decoding.alternatives, language.name)
    while live:
        decoding.ctx.check()
        law = Law(logits, decoding.alternatives, language.name)
        chosen = [choose(law, number, writing) for number, writing in enumerate(live)]
        seen = later.add(law, [id for id, _ in chosen])
        for writing, (id, sampled), figures in zip(live, chosen, seen, strict=True):
            writing.add(id, figures, sampled, own=sampled is None)
        yield
        live = with_room(live)
        if live:
            found = language.advance(states_of(live), [writing.drawn.ids[-1:] for writing in live])
            logits = found.logits
            for writing, state in zip(live, found.states, strict=True):
                writing.state = state


def rows_of(writings: Sequence[Writing]) -> torch.Tensor:
    """(n, V)"""
    rows = [writing.row for writing in writings if writing.row is not None]
    return torch.stack(rows) if rows else torch.empty(0, 0)


def states_of(writings: Sequence[Writing]) -> list[State]:
    return [writing.state for writing in writings if writing.state is not None]


def with_room(writings: Sequence[Writing]) -> list[Writing]:
    """Those that go on; where the context is full, a text ends."""
    live = [writing for writing in writings if writing.stopped is None]
    for writing in live:
        if not writing.has_room:
            writing.stopped = "context"
    return [writing for writing in live if writing.stopped is None]
