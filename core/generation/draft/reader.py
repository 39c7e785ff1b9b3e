"""A model that reads texts which mostly begin as the one before: only what differs is read anew."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from core.generation.language.language_model import LanguageModel, State
from core.generation.sampled import Drawn

_KEPT = 80
"""States at which it can go on: of the last tokens read."""


class Reader:
    """`calls` and `seconds` count what the model took."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.calls = 0
        self.seconds = 0.0
        self._ids: list[int] = []
        self._states: dict[int, State] = {0: model.start()}
        """By the number of tokens read."""
        self._scores: torch.Tensor | None = None

    def scores(self, ids: Sequence[int]) -> torch.Tensor:
        """(V,) what comes after `ids`, of which there is at least one.

        Raises:
            UserError: as `LanguageModel.advance`.
        """
        same = _alike(self._ids, ids)
        if same == len(ids) == len(self._ids) and self._scores is not None:
            return self._scores
        self._states = {at: state for at, state in self._states.items() if at <= same}
        begin = max(at for at in self._states if at < len(ids))
        began = time.perf_counter()
        read = self.model.advance([self._states[begin]], [list(ids[begin:])])
        self.seconds += time.perf_counter() - began
        self.calls += 1
        self._ids = list(ids)
        self._states[len(ids)] = read.states[0]
        if len(self._states) > _KEPT:
            del self._states[min(at for at in self._states if at)]
        self._scores = read.logits[0]
        return self._scores


def drawn_by(model: LanguageModel, ids: Sequence[int], prompt: int) -> Drawn:
    """For samplers: what was read, of which the first `prompt` tokens were given."""
    return Drawn(list(ids[:prompt]), list(ids[prompt:]), model.ends, pieces=model.pieces)


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count
