"""What the form and the job both ask: whether a model and a tokenizer can belong together."""

from __future__ import annotations

from core.errors import UserError
from core.models.folder import ModelFolder


def check_rows(folder: ModelFolder, size: int) -> None:
    """Raises `UserError` where a token has no row; `size` is the highest id, plus one."""
    if folder.vocab_size < size:
        raise UserError(
            f"{folder.path} has {folder.vocab_size:,} embeddings, but the tokenizer {size:,} "
            "tokens: it is another model's.",
            field="model",
        )
