"""What a model foretells of the next token of several texts, in figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import torch

from core.errors import UserError

BITS = 1 / math.log(2)
_FIRST = 256
"""How many of a law are sorted before all of it is."""
_TOGETHER = 1 << 20
"""So many logits are kept before their figures are worked out."""


class Seen(NamedTuple):
    """One token in the light of the law. Logarithms are natural, entropy is in bits."""

    logprob: float
    rank: int
    entropy: float
    top: tuple[list[int], list[float]]
    """The likeliest ids, first the best, and their log-probabilities."""


class Law:
    """The laws of the next tokens of n texts. What nobody asks for is not worked out.

    Args:
        logits: (n, V).
        top: how many of the likeliest tokens to tell.
        name: the model's, for the error.
        best: what `best` is, where that is known; the logits are not looked at again then.

    Raises:
        UserError: the logits are no numbers (NaN), or foretell nothing.
    """

    best: list[int]
    """The likeliest token of each text; of those that tie, the lowest number."""

    def __init__(self, logits: torch.Tensor, top: int, name: str, best: list[int] | None = None) -> None:
        self.logits = logits
        self.best = _best(logits, name) if best is None else best
        self._top = top

    @cached_property
    def logs(self) -> torch.Tensor:
        """(n, V) log-probabilities."""
        return self.logits.log_softmax(-1)

    def seen(self, ids: Sequence[int], rows: Sequence[int] | None = None) -> list[Seen]:
        """One token of each text; with `rows`, token i in the light of law `rows[i]`."""
        logs = self.logs if rows is None else self.logs[list(rows)]
        own = logs.gather(1, torch.tensor(ids).unsqueeze(1)).squeeze(1).tolist()
        places = range(len(ids)) if rows is None else rows
        tops = self._tops
        return [
            Seen(logprob, self._rank(logprob, place), self._entropies[place], tops[place])
            for logprob, place in zip(own, places, strict=True)
        ]

    def _rank(self, logprob: float, place: int) -> int:
        """How many tokens are likelier. Mostly the likeliest, which are known, are all there can be."""
        _, best = self._tops[place]
        if best and logprob >= best[-1]:
            return sum(value > logprob for value in best)
        return int(np.count_nonzero(self.logs[place].numpy() > logprob))

    @cached_property
    def _entropies(self) -> list[float]:
        found: list[float] = (entropy(self.logs) * BITS).tolist()
        return found

    @cached_property
    def _tops(self) -> list[tuple[list[int], list[float]]]:
        if not self._top:
            return [([], [])] * len(self.logs)
        values, ids = self.logs.topk(min(self._top, self.logs.shape[-1]))
        return list(zip(ids.tolist(), values.tolist(), strict=True))


class Later:
    """Figures of tokens, worked out together when one of them is asked for: what a call of torch costs is
    mostly the same for a token as for many.

    Args:
        top, name: as a `Law` has them.
    """

    def __init__(self, top: int, name: str) -> None:
        self._top, self._name = top, name
        self._block = _Block()

    def add(self, law: Law, ids: Sequence[int]) -> list[Callable[[], Seen]]:
        """What `law.seen(ids)` tells, as functions that tell it."""
        if self._block.seen or self._block.size >= _TOGETHER:
            self._work_out(self._block)
            self._block = _Block()
        block = self._block
        first = len(block.ids)
        block.rows.append(law.logits)
        block.best += law.best
        block.ids += ids
        block.size += law.logits.numel()
        return [partial(self._told, block, place) for place in range(first, len(block.ids))]

    def _told(self, block: _Block, place: int) -> Seen:
        self._work_out(block)
        return block.seen[place]

    def _work_out(self, block: _Block) -> None:
        if not block.seen:
            law = Law(torch.cat(block.rows), self._top, self._name, block.best)
            block.seen = law.seen(block.ids)
            block.rows.clear()


class _Block:
    """Tokens that wait, and then what is seen of them."""

    def __init__(self) -> None:
        self.rows: list[torch.Tensor] = []
        self.best: list[int] = []
        self.ids: list[int] = []
        self.size = 0
        self.seen: list[Seen] = []


def entropy(logs: torch.Tensor) -> torch.Tensor:
    """Of log-probabilities (…, V), in nats; what is impossible (−inf) adds nothing. NaN stays NaN."""
    return logs.clamp(min=-1e4).mul_(logs.exp()).sum(-1).neg_()


def _best(logits: torch.Tensor, name: str) -> list[int]:
    # numpy promises the first of equals, torch does not; a NaN is more than any number.
    rows = logits.numpy()
    best: list[int] = rows.argmax(-1).tolist()
    if not all(math.isfinite(row[id]) for row, id in zip(rows, best, strict=True)):
        raise UserError(
            f"{name} gives no numbers (NaN) as probabilities; its weights are damaged, or too large for "
            "this number type.",
            field="models",
        )
    return best


def nucleus(scores: torch.Tensor, mass: float) -> torch.Tensor:
    """The scores of the fewest likeliest tokens whose probabilities add up to at least `mass` (below 1).

    Args:
        scores: (V,) log-probabilities up to a constant; of equals, the lower number comes first.

    Returns:
        (V,): −inf for all others.
    """
    rows = scores.numpy()
    best = float(rows.max())
    if best == -math.inf:
        return scores
    masses = np.exp(rows.astype(np.float64) - best)
    masses /= masses.sum()
    # All tokens below (1 − mass) / V have less than 1 − mass together, so none of them is wanted. Most often
    # far fewer are, and few are sorted faster.
    for share in (_FIRST, 2 * len(rows)):
        some = (masses >= (1 - mass) / share).nonzero()[0]
        ids = some[(-rows[some]).argsort(kind="stable")]
        reached = masses[ids].cumsum()
        if len(ids) and reached[-1] >= mass:
            break
    kept = ids[: int((reached < mass).sum()) + 1]
    found = np.full_like(rows, -np.inf)
    found[kept] = rows[kept]
    return torch.from_numpy(found)


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
