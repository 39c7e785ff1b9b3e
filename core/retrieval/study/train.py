"""A head trained on a frozen model: pairs drawn together, other pairs' positives apart (InfoNCE)."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import torch

from core.encoders.heads import Head
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.study.kept_states import KeptStates

_WARM_UP = 0.1
_CLIP = 1.0
_WEIGHT_DECAY = 0.01
_POINTS = 20


@dataclass(frozen=True, eq=False)
class Lesson:
    """`queries`, `positives` and `negatives` are rows of `states`; a negative is -1 where there is none."""

    states: KeptStates
    queries: torch.Tensor
    positives: torch.Tensor
    negatives: torch.Tensor


@dataclass(frozen=True)
class Plan:
    steps: int = 150
    batch: int = 32
    learning_rate: float = 1e-3
    temperature: float = 0.05


@dataclass(frozen=True, eq=False)
class Trained:
    network: torch.nn.Module
    losses: list[float]
    seconds: float


def train(
    head: Head, width: int, layers: int, lesson: Lesson, plan: Plan, ctx: Context, *, seed: int, stage: str
) -> Trained:
    """A new network of `head`, trained; the same for the same seed.

    Raises:
        UserError: the loss was no longer a number.
    """
    began = time.monotonic()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = head.network(width, layers).to(ctx.device)
    matrices = [weight for weight in network.parameters() if weight.ndim >= 2]
    vectors = [weight for weight in network.parameters() if weight.ndim < 2]
    groups = [{"params": matrices, "weight_decay": _WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=plan.learning_rate)
    drawn = _order(len(lesson.queries), plan, seed)
    losses: list[float] = []
    for step in range(plan.steps):
        ctx.progress(step, plan.steps, stage)
        for group in optimizer.param_groups:
            group["lr"] = _rate(plan, step)
        loss = _loss(network, lesson, drawn[step], plan.temperature)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
        optimizer.step()
        losses.append(float(loss.detach()))
        if not math.isfinite(losses[-1]):
            raise UserError(
                f"The loss was no longer a number at step {step + 1:,}: lower the learning rate "
                f"({plan.learning_rate:g}).",
                field="learning_rate",
            )
    ctx.progress(plan.steps, plan.steps, stage)
    return Trained(network.eval(), _thinned(losses), time.monotonic() - began)


def contrast(
    queries: torch.Tensor,
    candidates: torch.Tensor,
    same: torch.Tensor,
    temperature: float,
) -> torch.Tensor:
    """The mean of -log softmax of each query's own candidate, the one with its number.

    Args:
        queries: (b, d) of length 1.
        candidates: (c, d) of length 1, the first b of them the queries' positives.
        same: (b, c) bool: candidates that are the query's positive once more, and no negatives.
    """
    scores = queries @ candidates.T / temperature
    own = torch.arange(len(queries), device=queries.device)
    others = same.clone()
    others[own, own] = False
    return torch.nn.functional.cross_entropy(scores.masked_fill(others, -torch.inf), own)


def _loss(network: torch.nn.Module, lesson: Lesson, rows: torch.Tensor, temperature: float) -> torch.Tensor:
    negatives = lesson.negatives[rows]
    candidates = torch.cat([lesson.positives[rows], negatives[negatives >= 0]])
    states, there = lesson.states.some(torch.cat([lesson.queries[rows], candidates]))
    vectors = network(states, there)
    same = lesson.positives[rows][:, None] == candidates
    return contrast(vectors[: len(rows)], vectors[len(rows) :], same.to(vectors.device), temperature)


def _order(pairs: int, plan: Plan, seed: int) -> list[torch.Tensor]:
    """The pairs of each step: all in random order, and again."""
    generator = torch.Generator().manual_seed(seed)
    batch = min(plan.batch, pairs)
    found: list[torch.Tensor] = []
    while len(found) < plan.steps:
        order = torch.randperm(pairs, generator=generator)
        found += [order[first : first + batch] for first in range(0, pairs - batch + 1, batch)]
    return found[: plan.steps]


def _rate(plan: Plan, step: int) -> float:
    """Rises evenly over the warm-up, then falls evenly to zero."""
    rising = max(1, round(_WARM_UP * plan.steps))
    if step < rising:
        return plan.learning_rate * (step + 1) / rising
    return plan.learning_rate * (plan.steps - step) / max(1, plan.steps - rising)


def _thinned(losses: Sequence[float]) -> list[float]:
    every = -(-len(losses) // _POINTS)
    return [fmean(losses[first : first + every]) for first in range(0, len(losses), every)]
