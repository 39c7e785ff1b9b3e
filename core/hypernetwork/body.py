"""A frozen language model whose vocabulary's rows are handed to it anew at every step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional


class _Input(nn.Module):
    def __init__(self, scale: float | torch.Tensor) -> None:
        super().__init__()
        self.weight = torch.empty(0)
        self._scale = scale

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return functional.embedding(ids, self.weight) * self._scale


class _Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.empty(0)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return functional.linear(hidden, self.weight)


class FrozenBody:
    """`logits` of ids under rows that are given with them; gradients reach the rows and nothing else."""

    def __init__(self, model: Any, input: _Input, head: _Head) -> None:
        self._model = model
        self._input = input
        self._head = head

    def logits(self, ids: torch.Tensor, input: torch.Tensor, head: torch.Tensor) -> torch.Tensor:
        """(b, n, m) for ids (b, n) below m, rows (m, h) of the input and of the head."""
        self._input.weight, self._head.weight = input, head
        logits: torch.Tensor = self._model(input_ids=ids, use_cache=False).logits
        return logits


@contextmanager
def frozen(model: Any) -> Iterator[FrozenBody]:
    """The model (a causal one of transformers) with its matrices taken out, and put back at the end."""
    old_input, old_head = model.get_input_embeddings(), model.get_output_embeddings()
    wanted = [(weight, weight.requires_grad) for weight in model.parameters()]
    input, head = _Input(getattr(old_input, "embed_scale", 1.0)), _Head()
    was_training = model.training
    model.eval()
    try:
        for weight, _ in wanted:
            weight.requires_grad_(False)
        model.set_input_embeddings(input)
        model.set_output_embeddings(head)
        yield FrozenBody(model, input, head)
    finally:
        model.set_input_embeddings(old_input)
        model.set_output_embeddings(old_head)
        for weight, wants in wanted:
            weight.requires_grad_(wants)
        model.train(was_training)
