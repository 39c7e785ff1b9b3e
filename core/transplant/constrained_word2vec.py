"""Constrained word2vec (arXiv 2407.05841): new rows that stay mixtures of old ones learn from text which.

A new row is the softmax of its logits over some candidates among the base's rows. Skip-gram with a window of
one learns the logits: the input row of a token is to foretell its neighbour by the head's rows, all rows
of the base held fast. The loss is a softmax over the neighbour and tokens drawn by their frequency, corrected
for how likely each was drawn. What makes the loss worse on pairs that are held out is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.jobs.context import Context

_LOOKS = 20
"""How often the held-out loss is measured."""
_LAST_TRIES = 3
"""Rounds in a row that are taken back before learning ends."""
_HELD_OUT = 0.05
_MOST_HELD_OUT = 20_000
_PAD = -1e9


@dataclass(frozen=True)
class Learning:
    pairs: int = 1_000_000
    batch: int = 256
    negatives: int = 64
    rate: float = 5e-3
    rounds: int = 3


@dataclass(frozen=True)
class Learnt:
    """`input` and `head`: (m, c) weights over the candidates. Losses in nats a pair, before and after."""

    input: torch.Tensor
    head: torch.Tensor
    before: float
    after: float


class Mixing:
    """Rows of an extended vocabulary: those of `table` (R, h), and m mixtures of them.

    Args:
        candidates: (m, c) int64, -1 where there are fewer.
        logits: (m, c) float32.
    """

    def __init__(self, table: torch.Tensor, candidates: torch.Tensor, logits: torch.Tensor) -> None:
        self._table, self._candidates = table, candidates
        self._none = candidates < 0
        self.logits = torch.nn.Embedding.from_pretrained(logits.clone().float(), freeze=False, sparse=True)

    def of(self, ids: torch.Tensor) -> torch.Tensor:
        """(n, h) float32: rows of the table for ids below R, mixtures for those from R on."""
        size = len(self._table)
        found = self._table[ids.clamp_max(size - 1)].float()
        new = (ids >= size).nonzero()[:, 0]
        if len(new):
            places, at = torch.unique(ids[new] - size, return_inverse=True)
            weights = self._weights(places)
            rows = self._table[self._candidates[places].clamp_min(0)].float()
            found = found.index_copy(0, new, (weights[:, None] @ rows)[:, 0][at])
        return found

    def weights(self) -> torch.Tensor:
        """(m, c), each row's sum 1."""
        with torch.no_grad():
            return self._weights(torch.arange(len(self._candidates)))

    def _weights(self, places: torch.Tensor) -> torch.Tensor:
        logits = self.logits(places).masked_fill(self._none[places], _PAD)
        return torch.softmax(logits, dim=1)


def neighbouring_pairs(ids: NDArray[np.int64], edges: NDArray[np.int64], new_from: int) -> NDArray[np.int64]:
    """(n, 2): each token with the one before and behind it in its passage, where one of the two is new.

    Args:
        ids: (t,) ids of the extended vocabulary, -1 for tokens that have no row in it.
        edges: where passages begin and end.
    """
    if len(ids) < 2:
        return np.empty((0, 2), dtype=np.int64)
    pairs = np.stack([ids[:-1], ids[1:]], axis=1)
    kept: NDArray[np.bool_] = np.asarray((pairs >= 0).all(axis=1) & (pairs >= new_from).any(axis=1))
    inner = edges[(edges > 0) & (edges < len(ids))]
    kept[inner - 1] = False
    pairs = pairs[kept]
    return np.concatenate([pairs, pairs[:, ::-1]])


def learn(
    table: torch.Tensor,
    head: torch.Tensor | None,
    candidates: torch.Tensor,
    start: torch.Tensor,
    pairs: NDArray[np.int64],
    frequencies: NDArray[np.float64],
    learning: Learning,
    seed: int,
    ctx: Context,
) -> Learnt:
    """Learn the mixtures of m new tokens.

    Args:
        table: (R, h), the base's input embedding.
        head: (R, h); None where it is the input embedding: then one set of mixtures serves both.
        candidates: (m, c) base ids, -1 where there are fewer.
        start: (m, c) weights to start from.
        pairs: from `neighbouring_pairs`.
        frequencies: (R + m,) how often each token of the extended vocabulary occurs.
    """
    logits = (start + 1e-4).log()
    input = Mixing(table, candidates, logits)
    output = input if head is None else Mixing(head, candidates, logits)
    draw = np.random.Generator(np.random.Philox(key=seed))
    shuffled = pairs[draw.permutation(len(pairs))]
    held = min(_MOST_HELD_OUT, int(len(pairs) * _HELD_OUT))
    judged, learnt_from = shuffled[:held], shuffled[held:]
    if not held or not len(learnt_from):
        return Learnt(input.weights(), output.weights(), float("nan"), float("nan"))
    chances = torch.from_numpy(frequencies / frequencies.sum())
    ladder = np.cumsum(frequencies) / frequencies.sum()

    def drawn(stream: np.random.Generator) -> torch.Tensor:
        places = np.searchsorted(ladder, stream.random(learning.negatives), side="right")
        return torch.from_numpy(np.minimum(places, len(ladder) - 1))

    def loss(some: NDArray[np.int64], stream: np.random.Generator) -> torch.Tensor:
        centres, contexts = torch.from_numpy(some[:, 0].copy()), torch.from_numpy(some[:, 1].copy())
        negatives = drawn(stream)
        hidden = input.of(centres)
        rows = output.of(torch.cat([contexts, negatives]))
        right, wrong = rows[: len(contexts)], rows[len(contexts) :]
        expected = (learning.negatives * chances).log().float()
        scores = torch.cat(
            [
                (hidden * right).sum(dim=1, keepdim=True) - expected[contexts][:, None],
                (hidden @ wrong.T - expected[negatives]).masked_fill(
                    negatives[None] == contexts[:, None], _PAD
                ),
            ],
            dim=1,
        )
        return torch.nn.functional.cross_entropy(scores, torch.zeros(len(some), dtype=torch.long))

    def judge() -> float:
        stream = np.random.Generator(np.random.Philox(key=seed + 1))
        total = 0.0
        with torch.no_grad():
            for first in range(0, held, 1024):
                ctx.check()
                some = judged[first : first + 1024]
                total += float(loss(some, stream)) * len(some)
        return total / held

    parameters = [input.logits.weight] + ([] if output is input else [output.logits.weight])
    samples = min(learning.pairs, learning.rounds * len(learnt_from))
    steps = max(1, samples // learning.batch)
    every = max(1, steps // _LOOKS)
    rate = learning.rate
    optimiser = torch.optim.SparseAdam(parameters, lr=rate)
    best = before = judge()
    kept = [parameter.detach().clone() for parameter in parameters]
    taken_back = 0
    for step in range(steps):
        ctx.progress(step, steps, "Learning the mixtures")
        some = learnt_from[draw.integers(len(learnt_from), size=learning.batch)]
        optimiser.zero_grad()
        loss(some, draw).backward()
        optimiser.step()
        if (step + 1) % every == 0 or step + 1 == steps:
            now = judge()
            ctx.emit({"step": step + 1, "held_out_loss": now})
            if now < best:
                best, taken_back = now, 0
                kept = [parameter.detach().clone() for parameter in parameters]
                continue
            taken_back += 1
            rate /= 2
            with torch.no_grad():
                for parameter, value in zip(parameters, kept, strict=True):
                    parameter.copy_(value)
            optimiser = torch.optim.SparseAdam(parameters, lr=rate)
            if taken_back == _LAST_TRIES:
                break
    return Learnt(input.weights(), output.weights(), before, best)
