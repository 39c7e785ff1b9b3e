"""What a healing takes in memory and on the disk, from the headers of its model alone. Loads no torch."""

from __future__ import annotations

from core.heal.plan import HealingPlan
from core.heal.request import HealRequest
from core.models.folder import ModelFolder

_FLOAT = 4
_STATE = 3
"""Numbers more for each weight that is trained: its gradient and AdamW's two moments."""
_TOKENS_AT_ONCE = 1024
_LOGITS = 4
"""Copies of the logits at once: themselves, in float32, their softmax and its gradient."""
_ACTIVATIONS = 24
"""Numbers kept for each token, layer and column of the hidden size."""
_MEASURING = 512 * 2**20


def trained_weights(model: ModelFolder, request: HealRequest) -> int:
    """Weights that the optimizer keeps, of new rows those of the whole matrix."""
    ends = [model.input_embedding, *([] if model.tied or model.head is None else [model.head])]
    if request.train == "new head rows":
        ends = ends[1:]
    matrices = sum(model.tensors[name].elements for name in ends)
    low_rank = sum(
        request.rank * sum(tensor.shape)
        for name, tensor in model.tensors.items()
        if len(tensor.shape) == 2 and name not in (model.input_embedding, model.head)
    )
    return (matrices if request.trains_embeddings else 0) + (low_rank if request.trains_lora else 0)


def memory_to_heal(model: ModelFolder, request: HealRequest, plan: HealingPlan) -> int:
    """Bytes at the peak without the libraries: weights in float32, what is trained, a part of a batch."""
    together = max(_TOKENS_AT_ONCE, plan.context)
    activations = together * (model.layers or 1) * model.hidden_size * _ACTIVATIONS
    numbers = model.parameters + _STATE * trained_weights(model, request) + activations
    return _FLOAT * (numbers + _LOGITS * together * model.vocab_size) + _MEASURING


def disk_to_heal(model: ModelFolder, request: HealRequest) -> int:
    """Bytes of the written model and of the checkpoint."""
    runs = 2 if request.beside == "mean" else 1
    return model.weight_bytes + runs * _FLOAT * _STATE * trained_weights(model, request)
