"""The loss of a causal language model on a step's sequences: cross-entropy of each token's next."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from transformers import PreTrainedModel

from core.training.order import sequences

TOKENS_AT_ONCE = 1024
"""A batch goes through the network in parts of about so many tokens, so that a stop is heard between them."""


def next_token_losses(
    network: PreTrainedModel, tokens: torch.Tensor, context: int, batch: int, step: int, seed: int
) -> Iterator[torch.Tensor]:
    """The loss of step `step` in parts, each a scalar; they add up to the mean over its tokens, in nats.

    Args:
        tokens: (n,) int64 on the CPU: the whole text, of more than `context` tokens.
        batch: sequences of `context` tokens, from `core.training.order`.
    """
    rows = sequences(tokens, context + 1, batch, step, seed)
    for part in rows.split(max(1, TOKENS_AT_ONCE // context)):
        part = part.to(network.device)
        logits = network(input_ids=part[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(
            logits.float().flatten(0, 1), part[:, 1:].flatten(), reduction="sum"
        )
        yield loss / (batch * context)
