"""A text read once: the residual stream after every layer, and what each head looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core.errors import UserError
from core.generation.inside.decoder import Decoder

_EQUAL = 1e-3
"""How far logits that are read off the last layer may be from the model's own, relative to the largest."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model made of T tokens. L is the number of its layers.

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
    decoder.module.set_attn_implementation("eager")
    states = _states(decoder, ids, attention=True)
    own = tuple(layer[len(decoder.begin) :].mean(0) for layer in states.hidden)
    return Reading(
        decoder=decoder,
        ids=tuple(ids),
        hidden=states.hidden,
        attention=states.attention,
        logits=states.logits,
        mean=own if mean is None else tuple(mean),
        top=top,
    )


def mean_states(decoder: Decoder, windows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, ...]:
    """The mean hidden state (h,) of each layer over windows of tokens, `begin` left out of it."""
    sums: list[torch.Tensor] = []
    count = 0
    for ids in windows:
        states = _states(decoder, ids, attention=False)
        part = [layer[len(decoder.begin) :].double().sum(0) for layer in states.hidden]
        sums = part if not sums else [a + b for a, b in zip(sums, part, strict=True)]
        count += len(ids) - len(decoder.begin)
    return tuple((total / count).float() for total in sums)


@dataclass(frozen=True, eq=False)
class _States:
    hidden: tuple[torch.Tensor, ...]
    attention: tuple[torch.Tensor, ...]
    logits: torch.Tensor


def _states(decoder: Decoder, ids: Sequence[int], *, attention: bool) -> _States:
    """transformers gives the last layer's states behind the final norm: those before it are overheard."""
    heard: list[torch.Tensor] = []
    listening = decoder.final_norm.register_forward_pre_hook(lambda _, given: heard.append(given[0]))
    try:
        with torch.inference_mode():
            out = decoder.module(
                input_ids=torch.tensor([list(ids)], device=decoder.device),
                output_hidden_states=True,
                output_attentions=attention,
                use_cache=False,
            )
    finally:
        listening.remove()
    found = out.hidden_states
    if not found or not heard:
        raise UserError(
            f"{decoder.name} cannot be looked into: transformers tells nothing between the layers of a "
            f"{decoder.folder.family}.",
            field="model",
        )
    kept = [layer for layer in (getattr(out, "attentions", None) or ()) if layer is not None]
    hidden = tuple(layer[0].float() for layer in (*found[:-1], heard[-1]))
    logits = out.logits[0].float()
    _check_last(decoder, hidden[-1], logits)
    return _States(hidden, tuple(layer[0].float() for layer in kept), logits)


def _check_last(decoder: Decoder, last: torch.Tensor, logits: torch.Tensor) -> None:
    known = decoder.tokens
    with torch.inference_mode():
        own, read_off = logits[-1, :known], decoder.read_off(last[-1:])[0, :known]
    if float((own - read_off).abs().max()) > _EQUAL * max(1.0, float(own.abs().max())):
        raise UserError(
            f"The layers of {decoder.name} cannot be read off: a {decoder.folder.family} does more between "
            "its last layer and its logits than a norm and a head.",
            field="model",
        )
