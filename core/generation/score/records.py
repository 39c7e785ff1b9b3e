"""Token records out of what a model foretold."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from core.generation.result_parts import Alternative, TokenRecord
from core.tokenizers.shown import Labels


def log_probabilities(logits: torch.Tensor) -> torch.Tensor:
    """(n, V), natural; float64 where the model is, otherwise float32."""
    return torch.log_softmax(logits if logits.dtype == torch.float64 else logits.float(), dim=-1)


def chosen(log_probs: torch.Tensor, ids: Sequence[int]) -> list[float]:
    """The log-probability of each id, one a row."""
    found: list[float] = log_probs.gather(1, torch.tensor(list(ids))[:, None])[:, 0].tolist()
    return found


def records(
    names: Labels,
    log_probs: torch.Tensor,
    ids: Sequence[int],
    spans: Sequence[tuple[int, int]],
    *,
    alternatives: int,
) -> list[TokenRecord]:
    """One record a row.

    Args:
        log_probs: (n, V).
        ids: (n) the tokens that stand there.
        spans: (n) their bytes in the text.
        alternatives: how many of the likeliest tokens are kept beside each.
    """
    own = log_probs.gather(1, torch.tensor(list(ids))[:, None])
    ranks = (log_probs > own).sum(dim=1).tolist()
    probabilities = log_probs.exp()
    surprise = (probabilities * log_probs.clamp(min=-1e4)).sum(dim=1)
    entropies = (surprise / -math.log(2)).clamp(min=0).tolist()
    best = log_probs.topk(min(alternatives, log_probs.shape[1]), dim=1)
    likeliest = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return [
        TokenRecord(
            id=id,
            text=names[id],
            start=start,
            end=end,
            logprob=round(logprob, 6),
            rank=rank,
            entropy=round(entropy, 4),
            alternatives=tuple(
                Alternative(id=other, text=names[other], logprob=round(value, 6))
                for other, value in zip(others, values, strict=True)
                if value > -math.inf
            ),
        )
        for id, (start, end), logprob, rank, entropy, (others, values) in zip(
            ids, spans, own[:, 0].tolist(), ranks, entropies, likeliest, strict=True
        )
    ]
