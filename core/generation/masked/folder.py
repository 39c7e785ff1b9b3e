"""Which folders hold a masked language model; needs no torch."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError
from core.models.folder import ModelFolder, open_model

_WITH_HEAD = ("ForMaskedLM", "ForPreTraining")


def masked_folder(path: Path, *, field: str) -> ModelFolder:
    """The folder's headers.

    Raises:
        UserError: what is in it foretells no masked tokens.
    """
    folder = open_model(path, field=field)
    if folder.architecture.endswith(_WITH_HEAD):
        return folder
    if folder.is_encoder:
        raise UserError(
            f"{path} is an encoder ({folder.architecture}) without the head that foretells masked tokens. "
            "Choose the model that it was made from, whose architecture ends with ForMaskedLM.",
            field=field,
        )
    raise UserError(
        f"{path} is no masked language model, but a {folder.architecture}. Choose one whose architecture "
        "ends with ForMaskedLM.",
        field=field,
    )
