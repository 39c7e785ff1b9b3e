"""The next token, from the model's own and those of a large vocabulary that were found.

**The law.** All rows together would give ``p(t) = exp(s_t) / Z`` with the scores s_t = ⟨row, hidden state⟩
over the model's V tokens and the N of the large vocabulary (arXiv 2411.18553 decodes so, greedily). Here the
softmax runs over the model's own tokens, the candidates that the index proposed, and the merged tokens that
this text holds already; of all others it says 0. It is therefore the full law, given that the token is one of
these: ``p(t) / (1 − m)``, where m is the full law's probability of what was not found
(`LargeVocabulary.missing_mass` is its mean over places of a text). With all rows compared and as many
candidates as rows, m is 0. Samplers work on this law. Those that look back (penalties, no n-gram twice)
know merged tokens as tokens of their own, which is why those written before are always among the candidates;
a logit bias names the model's own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from core.generation.decoding.draw import draw, nothing_left
from core.generation.sampled import Drawn
from core.generation.samplers import Sampler
from core.merged.row_index import RowIndex

NO_PLACES = np.zeros(0, dtype=np.int64)


class Scores(NamedTuple):
    """`values`: (V + n,) float32, the model's own tokens, then merged ones; `places`: (n,) of these among the
    rows, rising."""

    values: torch.Tensor
    places: NDArray[np.int64]


@dataclass(eq=False)
class Choosing:
    """Chooses tokens for one text. A token's number is its id, or V + its place among the rows.

    Args:
        prompt: its tokens.
        samplers: applied in this order, before the likeliest is taken or one is drawn.
        random: where the chance comes from; None: always the likeliest, of equals the first.
        pieces: the bytes of the model's own tokens.
    """

    prompt: Sequence[int]
    samplers: Sequence[Sampler] = ()
    random: random.Random | None = None
    ends: frozenset[int] = frozenset()
    pieces: Sequence[bytes | None] = ()
    _chosen: list[int] = field(default_factory=list)
    _memory: dict[str, Any] = field(default_factory=dict)

    def scores(self, own: torch.Tensor, hidden: NDArray[np.float32], index: RowIndex, most: int) -> Scores:
        """Of the model's own tokens, of up to `most` that the index finds, and of those chosen before.

        Args:
            own: (V,) float32 on the CPU.
            hidden: (h,) what the head sees.
        """
        best = index.search(hidden[None], most)
        there = best.places[0] >= 0
        before = np.array([id - len(own) for id in self._chosen if id >= len(own)], dtype=np.int64)
        missed = np.setdiff1d(before, best.places[0])
        places = np.concatenate([best.places[0][there], missed])
        again = index.rows[missed].astype(np.float32) @ hidden
        found = np.concatenate([best.scores[0][there], again])
        order = np.argsort(places)
        merged = torch.from_numpy(found[order].astype(np.float32))
        return Scores(torch.cat([own, merged]), places[order])

    def choose(self, scores: Scores) -> int:
        """The next token's number, which counts as chosen from now on.

        Raises:
            UserError: the samplers left nothing.
        """
        values, places = scores
        size = len(values) - len(places)
        drawn = Drawn(list(self.prompt), self._here(places, size), self.ends, self._memory, self.pieces)
        for sampler in self.samplers:
            values = sampler.apply(values, drawn)
        if self.random is None:
            at = int(values.argmax())
            if float(values[at]) == float("-inf"):
                raise nothing_left()
            logprob = float(values.double().log_softmax(-1)[at]) if self.samplers else 0.0
        else:
            at, logprob = draw(values, self.random.random())
        for sampler in self.samplers:
            sampler.drew(at, logprob, drawn)
        number = at if at < size else size + int(places[at - size])
        self._chosen.append(number)
        return number

    def _here(self, places: NDArray[np.int64], size: int) -> list[int]:
        """What was chosen, by its place among these scores."""
        at = np.searchsorted(places, [max(0, number - size) for number in self._chosen])
        return [
            number if number < size else size + int(place)
            for number, place in zip(self._chosen, at, strict=True)
        ]
