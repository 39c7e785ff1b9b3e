"""Whether a model's weights fit into memory, before they are read."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError
from core.jobs.memory import free_memory
from core.models.headers import read_header
from core.sizes import bytes_in_words

_BYTES = 4
"""Of a weight in float32."""


def check_memory(folder: Path, device: str, *, field: str) -> None:
    """Count the weights in the folder's files, as transformers names them.

    Raises:
        UserError: in float32 they need more memory than is free, or a file is damaged.
    """
    headers = [read_header(file, field=field) for file in sorted(folder.glob("model*.safetensors"))]
    needed = _BYTES * sum(tensor.elements for header in headers for tensor in header.tensors.values())
    free = free_memory(device, wanted=needed)
    if needed > free:
        raise UserError(
            f"{folder} takes {bytes_in_words(needed)} of memory, and {bytes_in_words(free)} are free. Close "
            "other programs, or choose a smaller model.",
            field=field,
        )
