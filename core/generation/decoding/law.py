"""What a model foretells of the next token of several texts, in figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import torch

from core.errors import UserError

BITS = 1 / math.log(2)
_FIRST = 256
"""How many of a law are sorted before all of it is."""


class Seen(NamedTuple):
    """One token in the light of the law. Logarithms are natural, entropy is in bits."""

    logprob: float
    rank: int
    entropy: float
    top: tuple[list[int], list[float]]
    """The likeliest ids, first the best, and their log-probabilities."""


class Law:
    """The laws of the next tokens of n texts.

    Args:
        logits: (n, V).
        top: how many of the likeliest tokens to tell.
        name: the model's, for the error.

    Raises:
        UserError: the logits are no numbers (NaN), or foretell nothing.
    """

    def __init__(self, logits: torch.Tensor, top: int, name: str) -> None:
        self.logits = logits
        self.logs = logits.log_softmax(-1)
        self._entropies: list[float] = (entropy(self.logs) * BITS).tolist()
        if any(bits != bits for bits in self._entropies):
            raise UserError(
                f"{name} gives no numbers (NaN) as probabilities; its weights are damaged, or too large for "
                "this number type.",
                field="models",
            )
        self._top = top

    @cached_property
    def best(self) -> list[int]:
        """The likeliest token of each text; of those that tie, the lowest number."""
        # numpy promises the first of equals, torch does not.
        found: list[int] = self.logits.numpy().argmax(-1).tolist()
        return found

    def seen(self, ids: Sequence[int], rows: Sequence[int] | None = None) -> list[Seen]:
        """One token of each text; with `rows`, token i in the light of law `rows[i]`."""
        logs = self.logs if rows is None else self.logs[list(rows)]
        own = logs.gather(1, torch.tensor(ids).unsqueeze(1))
        ranks = (logs > own).sum(-1).tolist()
        places = range(len(ids)) if rows is None else rows
        tops = self._tops
        return [
            Seen(logprob, rank, self._entropies[place], tops[place])
            for logprob, rank, place in zip(own.squeeze(1).tolist(), ranks, places, strict=True)
        ]

    @cached_property
    def _tops(self) -> list[tuple[list[int], list[float]]]:
        if not self._top:
            return [([], [])] * len(self.logs)
        values, ids = self.logs.topk(min(self._top, self.logs.shape[-1]))
        return list(zip(ids.tolist(), values.tolist(), strict=True))


def entropy(logs: torch.Tensor) -> torch.Tensor:
    """Of log-probabilities (…, V), in nats; what is impossible (−inf) adds nothing. NaN stays NaN."""
    return -(logs.exp() * logs.clamp(min=-1e4)).sum(-1)


def until_mass(order: torch.Tensor, scores: torch.Tensor, mass: float) -> torch.Tensor:
    """The fewest tokens, taken by rising `order`, whose probabilities add up to at least `mass`.

    Args:
        order: (V,); of equals, the lower number comes first.
        scores: (V,) log-probabilities up to a constant.

    Returns:
        Their ids, in that order; at least one.
    """
    masses = scores.double().softmax(-1)
    size = len(order)
    if size > 2 * _FIRST:  # most often a few are enough, and picking them is cheaper than sorting all
        border = order.topk(_FIRST, largest=False).values[-1]
        some = (order <= border).nonzero().squeeze(1)
        ids = some[order[some].sort(stable=True).indices]
        reached = masses[ids].cumsum(0)
        if reached[-1] >= mass:
            return ids[: int((reached < mass).sum()) + 1]
    ids = order.sort(stable=True).indices
    reached = masses[ids].cumsum(0)
    return ids[: min(size, int((reached < mass).sum()) + 1)]
