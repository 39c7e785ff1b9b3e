"""What the form and the job both ask: whether a model and a tokenizer can belong together."""

from __future__ import annotations

from core.errors import UserError
from core.models.folder import ModelFolder
from core.tokenizers.vocabulary import Vocabulary


def check_rows(folder: ModelFolder, vocabulary: Vocabulary) -> None:
    """Raises `UserError` where a token has no row."""
    if folder.vocab_size < vocabulary.size:
        raise UserError(
            f"{folder.path} has {folder.vocab_size:,} embeddings, but the tokenizer {vocabulary.size:,} "
            "tokens: it is another model's.",
            field="model",
        )
