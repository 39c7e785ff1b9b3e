"""Whether a model folder holds a causal language model. Loads no torch."""

from __future__ import annotations

from core.errors import UserError
from core.models.folder import ModelFolder


def check_causal(folder: ModelFolder, field: str) -> None:
    """Raises `UserError` where it does not."""
    if not folder.is_causal_lm:
        raise UserError(
            f"{folder.path} holds a {folder.architecture}, which does not foretell next tokens: choose a "
            "causal language model.",
            field=field,
        )
