"""The one trainer: AdamW, warm-up and cosine, clipped gradients, checkpoints and exact resumption."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import torch
from transformers import PreTrainedModel

from core.errors import UserError
from core.jobs.context import Context
from core.training.checkpoint import load_checkpoint, save_checkpoint
from core.training.recipes.recipe import Recipe
from core.training.result import CurvePoint

CURVE_POINTS = 400
"""At most so many points in the loss curve of a training."""

_BETAS = (0.9, 0.95)


@dataclass(frozen=True)
class Work:
    """What a training starts from. `digest` is the hash of all that its weights follow from."""

    recipe: Recipe
    tokens: torch.Tensor
    text_bytes: int
    seed: int
    digest: str
    checkpoint_every: float
    checkpoint: Path


def learning_rate(recipe: Recipe, step: int) -> float:
    """Of step `step` (from 0): rises evenly to the peak, then falls along half a cosine."""
    rising = round(recipe.warmup * recipe.steps)
    if step < rising:
        return recipe.learning_rate * (step + 1) / rising
    share = (step - rising) / max(1, recipe.steps - rising)
    low = recipe.final_rate
    return recipe.learning_rate * (low + (1 - low) * (1 + math.cos(math.pi * share)) / 2)


def fit(network: PreTrainedModel, work: Work, ctx: Context) -> list[CurvePoint]:
    """Train `network` in place from its checkpoint, or from the start, to the recipe's last step.

    Returns:
        The loss curve, that of earlier sittings included.

    Raises:
        UserError: the loss is no longer a number.
        Cancelled: between two parts of a batch; the last checkpoint stays.
    """
    recipe = work.recipe
    optimizer = _optimizer(network, recipe)
    state = load_checkpoint(work.checkpoint, work.digest, network, optimizer)
    if state.done:
        ctx.log(f"Going on from step {state.done:,}.")
    for point in state.curve:
        ctx.emit(point)
    nats_to_bits_per_byte = len(work.tokens) / work.text_bytes / math.log(2)
    every = -(-recipe.steps // CURVE_POINTS)
    saved = time.monotonic()
    network.train()
    for step in range(state.done, recipe.steps):
        ctx.progress(step, recipe.steps, "Training")
        rate = learning_rate(recipe, step)
        state.since.append(_step(network, optimizer, work, step, rate, ctx))
        state.done = step + 1
        if state.done % every == 0 or state.done == recipe.steps:
            loss = fmean(state.since)
            point = CurvePoint(
                step=state.done, loss=loss, bits_per_byte=loss * nats_to_bits_per_byte, rate=rate
            )
            state.curve.append(point)
            state.since.clear()
            ctx.emit(point)
        if time.monotonic() - saved >= work.checkpoint_every or state.done == recipe.steps:
            save_checkpoint(work.checkpoint, state, network, optimizer)
            saved = time.monotonic()
    ctx.progress(recipe.steps, recipe.steps, "Training")
    return state.curve


def _step(
    network: PreTrainedModel,
    optimizer: torch.optim.Optimizer,
    work: Work,
    step: int,
    rate: float,
    ctx: Context,
) -> float:
    """One change of the weights; returns the loss before it, in nats a token."""
    optimizer.zero_grad(set_to_none=True)
    total = 0.0
    parts = work.recipe.losses(network, work.tokens, step, work.seed)
    while True:
        with _precision(network.device.type, work.recipe.precision):
            loss = next(parts, None)
        if loss is None:
            break
        loss.backward()
        total += float(loss.detach())
        ctx.check()
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), work.recipe.clip)
    if not (math.isfinite(total) and math.isfinite(float(norm))):
        raise UserError(
            f"The loss was no longer a number at step {step + 1:,}: lower the learning rate "
            f"({work.recipe.learning_rate:g}) or lengthen the warm-up.",
            field="recipe",
        )
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    return total


def _optimizer(network: PreTrainedModel, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW (arXiv 1711.05101); weight decay on matrices, none on the gains of norms."""
    weights = list(network.parameters())
    groups = [
        {"params": [weight for weight in weights if weight.ndim >= 2], "weight_decay": recipe.weight_decay},
        {"params": [weight for weight in weights if weight.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=_BETAS, eps=1e-8, fused=True)


def _precision(device: str, wanted: str) -> contextlib.AbstractContextManager[object]:
    """bfloat16 matrix products where asked for, or by default on a CUDA device that has them."""
    able = device == "cpu" or (device == "cuda" and torch.cuda.is_bf16_supported())
    used = able and (wanted == "bfloat16" or (wanted == "auto" and device == "cuda"))
    return torch.autocast(device, torch.bfloat16, enabled=used) if able else contextlib.nullcontext()
