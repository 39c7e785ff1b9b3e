"""Which tokens a token sees: as the model was made, those before it, or all."""

from __future__ import annotations

from pathlib import Path

import torch

from core.encoders.recipe import Attention
from core.errors import UserError

_WHOLE, _WINDOW = "full_attention", "sliding_attention"
"""What transformers calls the kinds of layers."""


def mask_for(
    attention: Attention, there: torch.Tensor, dtype: torch.dtype, config: object = None
) -> torch.Tensor | dict[str, torch.Tensor] | None:
    """What a model of transformers takes as ``attention_mask``; None where it need not be told.

    Args:
        attention: as made: (n, tokens) ones and zeros; otherwise (n, 1, tokens, tokens), added to
            what a token sees: 0 or the least number. Models take the latter in place of their own. Where only
            some layers have a window there is one mask for each kind of layer.
        there: (n, tokens) bool, False for padding.
        config: the model's, which says how far tokens of a layer with a window see; that stays as it is.
    """
    if attention == "as made":
        return None if bool(there.all()) else there.long()
    length = there.shape[1]
    seen = there[:, None, None, :].expand(-1, 1, length, length)
    if attention == "causal":
        seen = seen & torch.ones(length, length, dtype=torch.bool, device=there.device).tril()
    window = getattr(config, "sliding_window", None)
    kinds = set(getattr(config, "layer_types", None) or ())
    if not isinstance(window, int) or (kinds and kinds != {_WHOLE, _WINDOW} and kinds != {_WINDOW}):
        return _added(seen, dtype)
    near = _within(window, length, there.device, ahead=attention == "bidirectional")
    if not kinds:
        return _added(seen & near, dtype)
    return {_WHOLE: _added(seen, dtype), _WINDOW: _added(seen & near, dtype)}


def _within(window: int, length: int, device: torch.device, *, ahead: bool) -> torch.Tensor:
    """(length, length): a causal window counts the token itself, a bidirectional one reaches both ways."""
    places = torch.arange(length, device=device)
    distance = places[:, None] - places
    return distance.abs() <= window if ahead else distance < window


def _added(seen: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    none = torch.zeros((), dtype=dtype, device=seen.device)
    return none.expand(seen.shape).masked_fill(~seen, torch.finfo(dtype).min)


def check_attention(
    model: torch.nn.Module, attention: Attention, ids: list[int], path: Path, *, field: str
) -> None:
    """Change the last token: the state of the first must change where attention is bidirectional, and must
    not where it is causal.

    Args:
        ids: of a text of several tokens.

    Raises:
        UserError: the model does not obey.
    """
    if attention == "as made" or len(ids) < 2:
        return
    device = next(model.parameters()).device
    changed = [*ids[:-1], ids[0]] if ids[-1] != ids[0] else [*ids[:-1], ids[0] + 1]
    there = torch.ones((1, len(ids)), dtype=torch.bool, device=device)
    with torch.inference_mode():
        first = [
            model(
                input_ids=torch.tensor([some], device=device),
                attention_mask=mask_for(attention, there, torch.float32, model.config),
            ).last_hidden_state[0, 0]
            for some in (ids, changed)
        ]
    differs = not torch.equal(*first)
    if differs != (attention == "bidirectional"):
        raise UserError(
            f"{path} does not let its attention be made {attention}: its kind of model does as it was made. "
            "Leave the attention as made.",
            field=field,
        )
