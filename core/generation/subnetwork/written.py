"""Text that a model writes itself, where what it was trained on is not at hand."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from core.errors import UserError
from core.generation.inside.decoder import Decoder
from core.jobs.context import Context

_TEXTS = 64
"""Written side by side."""
_LONGEST = 256
DRAWS = 8
"""Next tokens drawn at each place: all are counted, the first is written."""


@dataclass(frozen=True, eq=False)
class Written:
    """`texts`: (n, T). `pairs`: (n (T − 1) draws, 2), text by text: each token with all drawn after it."""

    texts: torch.Tensor
    pairs: torch.Tensor


def write(decoder: Decoder, tokens: int, ctx: Context) -> Written:
    """About `tokens` tokens, drawn from the model's own law with ``ctx.seed``.

    Raises:
        UserError: the model has no token to begin a text with.
    """
    if not decoder.begin:
        raise UserError(
            f"{decoder.name} has no token that a text begins with, so that it cannot write by "
            "itself: give a text.",
            field="text",
        )
    length = min(decoder.context or _LONGEST, _LONGEST)
    rounds = -(-tokens // (_TEXTS * length))
    generator = torch.Generator().manual_seed(ctx.seed)
    found = [_round(decoder, length, generator, (number, rounds), ctx) for number in range(rounds)]
    texts = torch.cat([texts for texts, _ in found])
    drawn = torch.cat([drawn for _, drawn in found])
    before = texts[:, :-1, None].expand_as(drawn)
    return Written(texts, torch.stack((before.reshape(-1), drawn.reshape(-1)), 1))


def _round(
    decoder: Decoder, length: int, generator: torch.Generator, part: tuple[int, int], ctx: Context
) -> tuple[torch.Tensor, torch.Tensor]:
    """(texts, length) written, and (texts, length − 1, draws) drawn."""
    number, rounds = part
    texts = torch.full((_TEXTS, length), decoder.begin[0])
    drawn = torch.empty((_TEXTS, length - 1, DRAWS), dtype=torch.long)
    cache = None
    for at in range(length - 1):
        ctx.progress(number * length + at, rounds * length, "Letting the model write")
        with torch.inference_mode():
            out = decoder.read(texts[:, at : at + 1], past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        law = out.logits[:, -1, : decoder.tokens].double().softmax(-1).cumsum(-1).cpu()
        chance = torch.rand((_TEXTS, DRAWS), generator=generator, dtype=torch.float64) * law[:, -1:]
        drawn[:, at] = torch.searchsorted(law, chance, right=True).clamp(max=decoder.tokens - 1)
        texts[:, at + 1] = drawn[:, at, 0]
    return texts, drawn
