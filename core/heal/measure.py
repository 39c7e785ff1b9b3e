"""Bits per byte of the held-out text, by slice: the same figure as a transplant's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core.errors import UserError
from core.jobs.context import Context
from core.models.bits_per_byte import token_losses
from core.transplant.evaluate import Passage, Read, Scored
from core.transplant.texts import ALL, Slice


@dataclass(frozen=True)
class Reading:
    """The held-out text as one model reads it: its passages by slice, what stands before each, the window."""

    slices: Sequence[Slice]
    cut: Read
    prefix: int | None
    context: int

    def rates(self, network: torch.nn.Module, ctx: Context, *, stage: str, field: str) -> dict[str, float]:
        """Slice → bits per byte; ``all`` for the whole.

        Raises:
            UserError: the model's answers are no numbers; `field` is the request's that named it.
        """
        bits: dict[str, float] = {}
        size: dict[str, int] = {}
        total = sum(map(len, self.cut))
        done = 0
        for text, passages in zip(self.slices, self.cut, strict=True):
            scored = []
            for passage in passages:
                scored.append(self._scored(network, passage, ctx, stage, (done, total), field))
                done += 1
            bits[text.name] = sum(one.total for one in scored)
            size[text.name] = sum(one.scored_bytes for one in scored)
        rates = {name: bits[name] / size[name] for name in bits if size[name]}
        return rates | {ALL: sum(bits.values()) / sum(size.values())}

    def _scored(
        self,
        network: torch.nn.Module,
        passage: Passage,
        ctx: Context,
        stage: str,
        part: tuple[int, int],
        field: str,
    ) -> Scored:
        losses = token_losses(
            network,
            passage.ids.tolist(),
            prefix=self.prefix,
            context=self.context,
            ctx=ctx,
            stage=stage,
            part=part,
        )
        if losses[0 if self.prefix is not None else 1 :].isnan().any():
            raise UserError(
                "The model gives no number for some tokens of the held-out text (NaN): its weights are "
                "damaged, or were while they were trained. Use an intact copy, or a lower learning rate.",
                field=field,
            )
        return Scored(passage, losses.double().numpy() / math.log(2))
