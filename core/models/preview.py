"""What a window may say of a model folder at once: reads headers only, needs no torch."""

from __future__ import annotations

from pathlib import Path

from core.models.folder import open_model
from core.models.result import model_words


def model_note(path: Path, *, field: str | None = None) -> str:
    """One line: ``Llama, 5.1 M parameters, vocabulary 8,192``.

    Raises:
        UserError: it is no model folder that can be worked with; the sentence says why.
    """
    folder = open_model(path, field=field)
    return model_words(folder.family, folder.parameters, folder.vocab_size)
