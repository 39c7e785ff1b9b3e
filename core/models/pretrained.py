"""A model opened by transformers, from its own files alone, without a word on the terminal."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch

from core.errors import UserError


def open_pretrained(
    kind: Any, folder: Path, *, field: str, spare: str | None = None, dtype: torch.dtype = torch.float32
) -> torch.nn.Module:
    """The weights, read from safetensors.

    Args:
        kind: a class of transformers, such as ``AutoModel``.
        spare: what the names of tensors begin with that may be missing.
        dtype: the number type that they are held in.

    Raises:
        UserError: transformers does not open it, or a tensor is missing or of another shape.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        model, report = kind.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=dtype,
            ignore_mismatched_sizes=True,  # they are told below, in words
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(f"transformers cannot open {folder}: {reason}", field=field) from error
    finally:
        logging.set_verbosity(before)
    for name, there, wanted in sorted(report["mismatched_keys"]):
        raise UserError(
            f"{folder} does not fit together: its tensor {name} is {_shape(there)}, and its config.json asks "
            f"for {_shape(wanted)}. Use the config.json that came with the weights.",
            field=field,
        )
    missing: Collection[str] = report["missing_keys"]
    lacking = sorted(name for name in missing if spare is None or not name.startswith(spare))
    if lacking:
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        raise UserError(
            f"{folder} is incomplete: it lacks the tensor {lacking[0]}{more}. Use an intact copy.",
            field=field,
        )
    found: torch.nn.Module = model
    return found


def _shape(sizes: Collection[int]) -> str:
    return " × ".join(f"{size:,}" for size in sizes)
