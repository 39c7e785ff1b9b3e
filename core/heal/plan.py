"""How a model is healed, as the trainer is told it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.heal.request import HealRequest
from core.training.plan import Plan

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

_LONGEST = 512
"""Tokens of a sequence where none are asked for."""


class HealingPlan(Plan):
    """No weight decay: it would move rows that no token of the text asks to be moved."""

    context: int
    weight_decay: float = 0.0

    def losses(
        self, network: PreTrainedModel, material: torch.Tensor, step: int, seed: int
    ) -> Iterator[torch.Tensor]:
        from core.training.next_token import next_token_losses

        return next_token_losses(network, material, self.context, self.batch, step, seed)

    def tokens_per_step(self) -> int:
        return self.batch * self.context


def healing_plan(request: HealRequest, limit: int | None) -> HealingPlan:
    """Args: `limit`: the most tokens that the model takes at once, where it states one."""
    context = request.context or _LONGEST
    context = context if limit is None else min(context, limit)
    return HealingPlan(
        steps=-(-request.tokens // (request.batch * context)),
        batch=request.batch,
        context=context,
        learning_rate=request.learning_rate,
        warmup=request.warmup,
        final_rate=request.final_rate,
        precision=request.precision,
    )


def looks_at(plan: HealingPlan, looks: int) -> frozenset[int]:
    """After which steps, before the last, the held-out text is measured: close at first, then further apart.

    The steps are those of ``(number / looks)²`` of the whole, since most is won at the beginning.
    """
    return frozenset(round(plan.steps * (number / looks) ** 2) for number in range(looks)) - {plan.steps}
