"""A text read once: the residual stream after every layer, and what each head looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core.errors import UserError
from core.generation.inside.decoder import Decoder
from core.generation.inside.states import states

_EQUAL = 1e-3
"""How far logits that are read off the last layer may be from the model's own, relative to the largest."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model made of T tokens, all on the CPU. L is the number of its layers.

    `hidden`: L + 1 tensors (T, h): the embeddings, then the residual stream after each layer, before the
    final norm. `attention`: L tensors (heads, T, T), rows sum to one; empty where the model keeps none.
    `logits`: (T, V) float32. `mean`: L + 1 vectors (h,), what is taken away where states are centred. `top`:
    how many tokens are wanted in each place.
    """

    decoder: Decoder
    ids: tuple[int, ...]
    hidden: tuple[torch.Tensor, ...]
    attention: tuple[torch.Tensor, ...]
    logits: torch.Tensor
    mean: tuple[torch.Tensor, ...]
    top: int = 5

    @property
    def layers(self) -> int:
        return len(self.hidden) - 1

    @property
    def first(self) -> int:
        """The first token of the text itself, behind what stands before any text."""
        return len(self.decoder.begin)


def read(
    decoder: Decoder, ids: Sequence[int], *, mean: Sequence[torch.Tensor] | None = None, top: int = 5
) -> Reading:
    """Read `ids`, `begin` among them, in one call.

    Args:
        mean: what to subtract where states are centred; the mean of these states themselves by default.

    Raises:
        UserError: the model has no layers that can be looked between.
    """
    found = states(decoder, torch.tensor([list(ids)]), attention=True)
    hidden = tuple(layer[0].cpu() for layer in found.hidden)
    logits = found.logits[0].cpu()
    _check_last(decoder, hidden[-1], logits)
    own = tuple(layer[len(decoder.begin) :].mean(0) for layer in hidden)
    return Reading(
        decoder=decoder,
        ids=tuple(ids),
        hidden=hidden,
        attention=tuple(layer[0].cpu() for layer in found.attention),
        logits=logits,
        mean=own if mean is None else tuple(mean),
        top=top,
    )


def mean_states(decoder: Decoder, windows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, ...]:
    """The mean hidden state (h,) of each layer over windows of tokens, `begin` left out of it."""
    sums: list[torch.Tensor] = []
    count = 0
    for ids in windows:
        found = states(decoder, torch.tensor([list(ids)]))
        part = [layer[0, len(decoder.begin) :].cpu().double().sum(0) for layer in found.hidden]
        sums = part if not sums else [a + b for a, b in zip(sums, part, strict=True)]
        count += len(ids) - len(decoder.begin)
    return tuple((total / count).float() for total in sums)


def _check_last(decoder: Decoder, last: torch.Tensor, logits: torch.Tensor) -> None:
    known = decoder.tokens
    with torch.inference_mode():
        own, read_off = logits[-1, :known], decoder.read_off(last[-1:])[0, :known].cpu()
    if float((own - read_off).abs().max()) > _EQUAL * max(1.0, float(own.abs().max())):
        raise UserError(
            f"The layers of {decoder.name} cannot be read off: a {decoder.folder.family} does more between "
            "its last layer and its logits than a norm and a head.",
            field="model",
        )
