"""Whether models and tokenizers fit together for a transplant. Loads no torch and no tokenizer library."""

from __future__ import annotations

from core.errors import UserError
from core.models.folder import ModelFolder
from core.tokenizers.canonical import Kind
from core.tokenizers.vocabulary import Vocabulary


def check_base(base: ModelFolder) -> None:
    """Raises `UserError` where it is no causal language model."""
    if base.config.get("architectures") and not base.is_causal_lm:
        raise UserError(
            f"{base.path} is a {base.architecture}; so far only causal language models can be transplanted.",
            field="base",
        )


def check_sizes(model: ModelFolder, vocabulary: Vocabulary, field: str) -> None:
    """A few special tokens may have no row; if tokens of text have none, the tokenizer is another model's.

    Raises:
        UserError: tokens of text have no row.
    """
    without = [token for token in vocabulary if token.id >= model.vocab_size]
    if any(token.kind in (Kind.TEXT, Kind.BYTE) for token in without):
        raise UserError(
            f"{vocabulary.path} has {vocabulary.size:,} tokens, but the embedding in {model.path} only "
            f"{model.vocab_size:,} rows: one of the two belongs to another model.",
            field=field,
        )


def check_others(base: ModelFolder, vocabulary: Vocabulary, target: Vocabulary) -> None:
    """Raises `UserError` where the base has a matrix of the vocabulary that nobody would rebuild."""
    if base.other_vocabulary_tensors and vocabulary.entries != target.entries:
        raise UserError(
            f"{base.path} has another matrix of the vocabulary, {base.other_vocabulary_tensors[0]}; it is "
            "not known how to rebuild it, and a transplant would leave it wrong.",
            field="base",
        )
