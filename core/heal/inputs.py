"""What a healing reads, opened and checked before anything else is done, and the texts as the models read
them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from core.errors import UserError
from core.heal.measure import Reading
from core.heal.origin import check_model, check_rows, find_base, row_kinds
from core.heal.plan import HealingPlan, healing_plan
from core.heal.request import HealRequest
from core.heal.texts import Texts, read_texts
from core.jobs.context import Context
from core.models.folder import ModelFolder, open_model
from core.tokenizers.files import find_tokenizer
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.passages import passages
from core.training.encoder import TextEncoder
from core.transplant.checks import check_sizes
from core.transplant.evaluate import Read, bytes_per_token, prefix_of, read, windows


@dataclass(frozen=True)
class Inputs:
    request: HealRequest
    model: ModelFolder
    tokenizer: Tokenizer
    base: ModelFolder | None
    base_tokenizer: Tokenizer | None
    texts: Texts
    plan: HealingPlan

    @property
    def folders(self) -> list[Path]:
        return [self.model.path, *([self.base.path] if self.base else [])]

    @cached_property
    def made(self) -> torch.Tensor:
        return torch.from_numpy(row_kinds(self.model)[0])

    @cached_property
    def copied(self) -> torch.Tensor:
        return torch.from_numpy(row_kinds(self.model)[1])


@dataclass(frozen=True)
class Lesson:
    """The texts as the models read them. `goal` is the base's reading; None without a base."""

    tokens: torch.Tensor
    reading: Reading
    goal: Reading | None


def open_inputs(request: HealRequest) -> Inputs:
    """Raises `UserError` where a model or a text will not do; the sentence says which, and why."""
    model, tokenizer = _open_model(request.model, "model")
    base, base_tokenizer = None, None
    if place := find_base(request.model, request.base):
        base, base_tokenizer = _open_model(place, "base")
    plan = healing_plan(request, model.context)
    check_rows(request, model)
    return Inputs(request, model, tokenizer, base, base_tokenizer, read_texts(request), plan)


def _open_model(path: Path, field: str) -> tuple[ModelFolder, Tokenizer]:
    model = open_model(path, field=field)
    check_model(model, field)
    tokenizer = open_tokenizer(find_tokenizer(path, field=field), field=field)
    check_sizes(model, tokenizer.vocabulary, field)
    return model, tokenizer


def make_lesson(inputs: Inputs, ctx: Context) -> Lesson:
    """Encode the texts.

    Raises:
        UserError: there is too little to learn from, or nothing that both tokenizers can read to measure on.
    """
    texts, plan = inputs.texts, inputs.plan
    encoder = TextEncoder(inputs.tokenizer)
    tokens = encoder.documents([piece for text in texts.training for piece in passages(text)], ctx)
    if len(tokens) <= plan.context:
        raise UserError(
            f"The text to learn from is {len(tokens):,} tokens long, and one sequence needs "
            f"{plan.context + 1:,}: give more text, or a shorter context.",
            field="text",
        )
    base = inputs.base_tokenizer or inputs.tokenizer
    slices, before, after = read(texts.held_out, base, inputs.tokenizer, ctx)
    if not slices:
        raise UserError(
            "There is no held-out text that can be measured: it is empty, or made of characters that a "
            "tokenizer can only read as unknown. Give another.",
            field="held_out",
        )
    limits = ((inputs.base or inputs.model).context, inputs.model.context)
    contexts = windows(limits, (bytes_per_token(before), bytes_per_token(after)))

    def reading(tokenizer: Tokenizer, cut: Read, context: int) -> Reading:
        return Reading(slices, cut, prefix_of(tokenizer.vocabulary), context)

    goal = reading(base, before, contexts[0]) if inputs.base else None
    return Lesson(tokens, reading(inputs.tokenizer, after, contexts[1]), goal)
