"""What learning masks takes in memory, from a model's headers. Loads no torch."""

from __future__ import annotations

import re

from core.generation.subnetwork.request import SubnetworkRequest
from core.models.folder import ModelFolder

_FLOAT = 4
_COPIES = 7
"""Numbers for each masked weight: mask, gradient, two moments, sigmoid; as it counts, and that gradient."""
_LOGITS = 6
_ACTIVATIONS = 24
"""Numbers kept for each token, layer and column of the hidden size."""
_LAYER = re.compile(r"\.\d+\.")


def masked_weights(model: ModelFolder) -> int:
    """How many are masked."""
    return sum(
        tensor.elements
        for name, tensor in model.tensors.items()
        if len(tensor.shape) == 2 and _LAYER.search(name)
    )


def memory_to_mask(model: ModelFolder, request: SubnetworkRequest) -> int:
    """Bytes beside the weights."""
    tokens = request.batch * request.window
    activations = tokens * (model.layers or 1) * model.hidden_size * _ACTIVATIONS
    logits = _LOGITS * min(tokens * model.vocab_size, 2**23)
    return _FLOAT * (_COPIES * masked_weights(model) + activations + logits)
