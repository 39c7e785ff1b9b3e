"""What a causal language model is trained and measured by: the cross-entropy of each token's next."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from transformers import PreTrainedModel

from core.jobs.context import Context
from core.models.bits_per_byte import token_losses
from core.tokenizers.passages import passages
from core.training.encoder import TextEncoder
from core.training.order import sequences

TOKENS_AT_ONCE = 1024
"""A batch goes through the network in parts of about so many tokens, so that a stop is heard between them."""

_MEASURED_AT_ONCE = 20_000
"""Characters of held-out text that are a document of their own, so that no native call is long."""


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


def bits_per_byte(
    network: PreTrainedModel, encoder: TextEncoder, texts: Sequence[str], ctx: Context
) -> float | None:
    """Of the texts together, with the weights as they are; None where there is nothing to measure."""
    nats, size = 0.0, 0
    documents = [piece for text in texts for piece in passages(text, _MEASURED_AT_ONCE)]
    for number, document in enumerate(documents):
        encoding = encoder.tokenizer.encode(document)
        losses = token_losses(
            network,
            encoding.ids,
            prefix=encoder.prefix,
            context=network.config.max_position_embeddings,
            ctx=ctx,
            stage="Measuring the held-out text",
            part=(number, len(documents)),
        )
        nats += float(losses.double().nansum())
        size += sum(
            end - begin
            for (begin, end), loss in zip(encoding.spans, losses.tolist(), strict=True)
            if not math.isnan(loss)
        )
    return nats / math.log(2) / size if size else None
