"""The one trainer: AdamW, warm-up and cosine, clipped gradients, checkpoints and exact resumption."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Set, Sized
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import torch

from core.errors import UserError
from core.jobs.context import Context
from core.training.checkpoint import State, load_checkpoint, save_checkpoint
from core.training.plan import Plan
from core.training.result import CurvePoint, Look

CURVE_POINTS = 400
"""At most so many points in the loss curve of a training."""

_BETAS = (0.9, 0.95)


@dataclass(frozen=True)
class Looks:
    """What is measured while a training goes on: `measure` is called after each of the steps `at`.

    0 is before the first step. It must leave the network as it is, and torch's generator too.
    """

    at: Set[int]
    measure: Callable[[], dict[str, float]]


@dataclass(frozen=True)
class Work:
    """What a training starts from. `digest` is the hash of all that its weights follow from.

    `material` is what the losses are made of; its length is its number of tokens. `text_bytes` is the size
    of the same text, or None where the loss is no language model's and cannot be told in bits per byte.

    `penalty` is a scalar that is added to each step's loss, and not to the loss that is told. `tell` takes
    the points of the curve and the looks, those of earlier sittings included; by default `Context.emit`.
    `field` is where a request's learning rate stands, for the error.
    """

    plan: Plan
    material: Sized
    text_bytes: int | None
    seed: int
    digest: str
    checkpoint_every: float
    checkpoint: Path
    penalty: Callable[[], torch.Tensor] | None = None
    looks: Looks | None = None
    tell: Callable[[CurvePoint | Look], None] | None = None
    field: str = "recipe"


def learning_rate(plan: Plan, step: int) -> float:
    """Of step `step` (from 0): rises evenly to the peak, then falls along half a cosine."""
    rising = round(plan.warmup * plan.steps)
    if step < rising:
        return plan.learning_rate * (step + 1) / rising
    share = (step - rising) / max(1, plan.steps - rising)
    low = plan.final_rate
    return plan.learning_rate * (low + (1 - low) * (1 + math.cos(math.pi * share)) / 2)


def fit(network: torch.nn.Module, work: Work, ctx: Context) -> State:
    """Train `network` in place from its checkpoint, or from the start, to the plan's last step.

    Those of its weights are trained that require a gradient.

    Returns:
        The loss curve and the looks, those of earlier sittings included.

    Raises:
        UserError: the loss is no longer a number.
        Cancelled: between two parts of a batch; the last checkpoint stays.
    """
    plan = work.plan
    tell = work.tell or ctx.emit
    optimizer = _optimizer(network, plan)
    state = load_checkpoint(work.checkpoint, work.digest, network, optimizer)
    if state.done:
        ctx.log(f"Going on from step {state.done:,}.")
    earlier: list[CurvePoint | Look] = [*state.curve, *state.looks]
    for told in sorted(earlier, key=lambda told: told.step):
        tell(told)
    bits_per_nat = len(work.material) / work.text_bytes / math.log(2) if work.text_bytes else None
    every = -(-plan.steps // CURVE_POINTS)
    saved = time.monotonic()
    if not state.done:
        _look(work.looks, state, tell)
    network.train()
    for step in range(state.done, plan.steps):
        ctx.progress(step, plan.steps, "Training")
        rate = learning_rate(plan, step)
        state.since.append(_step(network, optimizer, work, step, rate, ctx))
        state.done = step + 1
        if state.done % every == 0 or state.done == plan.steps:
            loss = fmean(state.since)
            bits = None if bits_per_nat is None else loss * bits_per_nat
            point = CurvePoint(step=state.done, loss=loss, bits_per_byte=bits, rate=rate)
            state.curve.append(point)
            state.since.clear()
            tell(point)
        _look(work.looks, state, tell)
        if time.monotonic() - saved >= work.checkpoint_every or state.done == plan.steps:
            save_checkpoint(work.checkpoint, state, network, optimizer)
            saved = time.monotonic()
    ctx.progress(plan.steps, plan.steps, "Training")
    return state


def _look(looks: Looks | None, state: State, tell: Callable[[CurvePoint | Look], None]) -> None:
    if looks is not None and state.done in looks.at:
        look = Look(step=state.done, figures=looks.measure())
        state.looks.append(look)
        tell(look)


def _step(
    network: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    work: Work,
    step: int,
    rate: float,
    ctx: Context,
) -> float:
    """One change of the weights; returns the loss before it."""
    optimizer.zero_grad(set_to_none=True)
    total = 0.0
    device = next(network.parameters()).device.type
    parts = work.plan.losses(network, work.material, step, work.seed)
    while True:
        with _precision(device, work.plan.precision):
            loss = next(parts, None)
        if loss is None:
            break
        loss.backward()
        total += float(loss.detach())
        ctx.check()
    if work.penalty is not None:
        work.penalty().backward()  # type: ignore[no-untyped-call]
    norm = torch.nn.utils.clip_grad_norm_(_trained(network), work.plan.clip)
    if not (math.isfinite(total) and math.isfinite(float(norm))):
        raise UserError(
            f"The loss was no longer a number at step {step + 1:,}: lower the learning rate "
            f"({work.plan.learning_rate:g}) or lengthen the warm-up.",
            field=work.field,
        )
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    return total


def _optimizer(network: torch.nn.Module, plan: Plan) -> torch.optim.Optimizer:
    """AdamW (arXiv 1711.05101); weight decay on matrices, none on the gains of norms."""
    weights = _trained(network)
    groups = [
        {"params": [weight for weight in weights if weight.ndim >= 2], "weight_decay": plan.weight_decay},
        {"params": [weight for weight in weights if weight.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.learning_rate, betas=_BETAS, eps=1e-8, fused=True)


def _trained(network: torch.nn.Module) -> list[torch.nn.Parameter]:
    return [weight for weight in network.parameters() if weight.requires_grad]


def _precision(device: str, wanted: str) -> contextlib.AbstractContextManager[object]:
    """bfloat16 matrix products where asked for, or by default on a CUDA device that has them."""
    able = device == "cpu" or (device == "cuda" and torch.cuda.is_bf16_supported())
    used = able and (wanted == "bfloat16" or (wanted == "auto" and device == "cuda"))
    return torch.autocast(device, torch.bfloat16, enabled=used) if able else contextlib.nullcontext()
