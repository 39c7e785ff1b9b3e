"""Vectors optimised freely so that every set of k documents is the nearest of one query (arXiv 2508.21038).

With unit rows Q (C(n, k) queries) and D (n documents) the loss is the mean over relevant pairs of
-log softmax(Q Dᵀ / temperature), all documents in the softmax. Its gradient is written out: with
P = softmax and Y the relevant pairs over k, dL/dS = (P - Y) / C. Adam steps on both, after each of which the
rows are made length 1 again; the moments stay as they are.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import comb

import torch

from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.critical.result import Trial

_BETAS, _EPSILON = (0.9, 0.999), 1e-8
_LEAST_DROP = 1e-5
_LOOK_EVERY = 50
_MOST = 300_000_000
"""Queries times documents: more would take 4 GB."""


@dataclass(frozen=True)
class Settings:
    k: int
    learning_rate: float = 0.01
    temperature: float = 0.1
    most_steps: int = 100_000
    patience: int = 1_000


def attempt(n: int, dimensions: int, settings: Settings, seed: int, ctx: Context, stage: str) -> Trial:
    """Optimise until all is right, until the loss no longer falls, or to the last step.

    Raises:
        UserError: it would not fit into memory.
    """
    if comb(n, settings.k) * n > _MOST:
        raise UserError(
            f"{comb(n, settings.k):,} queries for {n:,} documents are too many to optimise here; ask for "
            "fewer dimensions.",
            field="dimensions",
        )
    began = time.monotonic()
    with _one_thread():
        problem = Problem(n, dimensions, settings, seed, ctx.device)
        loss = best = float("inf")
        accuracy, since, step = 0.0, 0, 0
        while step < settings.most_steps and since < settings.patience:
            if step % _LOOK_EVERY == 0:
                ctx.check()
                ctx.progress(step, settings.most_steps, stage)
            loss = problem.step()
            step += 1
            since = 0 if best - loss > _LEAST_DROP else since + 1
            best = loss if since == 0 else best
            if step % _LOOK_EVERY == 0:
                accuracy = problem.accuracy()
                if accuracy == 1.0:
                    break
        accuracy = problem.accuracy()
    return Trial(
        n=n,
        solved=accuracy == 1.0,
        accuracy=accuracy,
        loss=loss,
        steps=step,
        seconds=round(time.monotonic() - began, 3),
    )


class Problem:
    """The vectors of one trial; queries and documents lie under each other, so that Adam has one matrix.

    Args:
        seed: of the normal numbers that both start from, queries first; drawn on the processor, so that they
            are the same whatever computes.
    """

    def __init__(self, n: int, dimensions: int, settings: Settings, seed: int, device: str) -> None:
        generator = torch.Generator().manual_seed(seed)
        sets = torch.combinations(torch.arange(n), settings.k)
        count = len(sets)
        drawn = [torch.randn(size, dimensions, generator=generator) for size in (count, n)]
        self._settings = settings
        self.vectors = torch.nn.functional.normalize(torch.cat(drawn).to(device), dim=1)
        self.queries, self.documents = self.vectors[:count], self.vectors[count:]
        self.sets = sets.to(device)
        self._places = (torch.arange(count)[:, None] * n + sets).reshape(-1).to(device)
        self._wanted = torch.zeros(count, n, device=device)
        self._wanted.view(-1)[self._places] = 1 / settings.k
        self._scores = torch.empty(count, n, device=device)
        self.gradient = torch.zeros_like(self.vectors)
        self._first, self._second = torch.zeros_like(self.vectors), torch.zeros_like(self.vectors)
        self._root = torch.empty_like(self.vectors)
        self._steps = 0

    def loss_and_gradient(self) -> float:
        """The loss; its gradient with respect to all vectors goes into `gradient`. The softmax is
        shifted by the largest cosine there can be, instead of each row's."""
        count, temperature = len(self.queries), self._settings.temperature
        scores = torch.mm(self.queries, self.documents.T, out=self._scores).div_(temperature)
        highest = 1 / temperature
        told = scores.view(-1)[self._places].mean() - highest
        sums = scores.sub_(highest).exp_().sum(dim=1, keepdim=True)
        loss = float(sums.log().mean() - told)
        scores.div_(sums).sub_(self._wanted).div_(count * temperature)
        torch.mm(scores, self.documents, out=self.gradient[:count])
        torch.mm(scores.T, self.queries, out=self.gradient[count:])
        return loss

    def step(self) -> float:
        """One step of Adam; returns the loss before it."""
        loss = self.loss_and_gradient()
        self._steps += 1
        (fast, slow), gradient = _BETAS, self.gradient
        self._first.lerp_(gradient, 1 - fast)
        self._second.mul_(slow).addcmul_(gradient, gradient, value=1 - slow)
        torch.sqrt(self._second, out=self._root)
        self._root.div_((1 - slow**self._steps) ** 0.5).add_(_EPSILON)
        rate = self._settings.learning_rate / (1 - fast**self._steps)
        self.vectors.addcdiv_(self._first, self._root, value=-rate)
        self.vectors.div_(torch.linalg.vector_norm(self.vectors, dim=1, keepdim=True))
        return loss

    def accuracy(self) -> float:
        """The share of relevant documents that are among the k nearest of their queries."""
        nearest = torch.mm(self.queries, self.documents.T).topk(self._settings.k, dim=1).indices
        found = (nearest[:, :, None] == self.sets[:, None, :]).any(dim=1)
        return float(found.double().mean())


@contextmanager
def _one_thread() -> Iterator[None]:
    """The products are so small that a second thread costs more than it gives; and the sums, with them what
    is solved, do not depend on the number of cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
