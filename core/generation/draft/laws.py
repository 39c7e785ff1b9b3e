"""A model's scores as the law that is drawn from: one token when greedy, else what the samplers leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from core.generation.decoding.draw import nothing_left
from core.generation.draft.acceptance import Law
from core.generation.sampled import Drawn
from core.generation.samplers.sampler import Sampler


class Laws:
    """Of both models alike, so that they agree as much as they can.

    Args:
        greedy: all mass on the likeliest token, of those that tie on the one with the lowest number.
    """

    def __init__(self, samplers: Sequence[Sampler], *, greedy: bool) -> None:
        self.greedy = greedy
        self._samplers = () if greedy else tuple(samplers)

    def __call__(self, scores: torch.Tensor, drawn: Drawn) -> Law:
        """(V,) probabilities of scores (V,).

        Raises:
            UserError: the samplers leave nothing.
        """
        if self.greedy:
            law = np.zeros(len(scores))
            law[int(scores.numpy().argmax())] = 1.0
            return law
        for sampler in self._samplers:
            scores = sampler.apply(scores, drawn)
        if not bool((scores > -torch.inf).any()):
            raise nothing_left()
        found: Law = torch.softmax(scores.double(), dim=0).numpy()
        return found
