"""What a look between the layers takes in memory, from a model's headers. Loads no torch."""

from __future__ import annotations

from core.generation.lens.request import MOST_TOKENS
from core.models.folder import ModelFolder

_FLOAT = 4
_COPIES = 4
"""Of one layer's logits at once: themselves, their logarithms in float64, the last layer's."""


def memory_to_look(model: ModelFolder, tokens: int = MOST_TOKENS) -> int:
    """Bytes beside the weights: hidden states, attention and logits of so many tokens, by default of the
    longest prompt."""
    length = min(tokens, MOST_TOKENS, model.context or MOST_TOKENS)
    layers = model.layers or 1
    heads = model.text_config.get("num_attention_heads") or model.text_config.get("n_head")
    heads = heads if isinstance(heads, int) else max(1, model.hidden_size // 64)
    numbers = 2 * layers * length * model.hidden_size + layers * heads * length * length
    return _FLOAT * (numbers + 2 * _COPIES * length * model.vocab_size)
