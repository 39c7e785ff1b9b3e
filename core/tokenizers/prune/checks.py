"""What the form and the job both ask of a tokenizer that is to be pruned."""

from __future__ import annotations

from core.errors import UserError
from core.tokenizers.vocabulary import Vocabulary

_PRUNABLE = ("BPE", "Unigram")


def check_prunable(vocabulary: Vocabulary) -> None:
    """Raises `UserError` for a kind of model whose words would become unknown without a token."""
    if vocabulary.model not in _PRUNABLE:
        raise UserError(
            f"{vocabulary.path} is of the kind {vocabulary.model}; only BPE and Unigram can be pruned.",
            field="tokenizer",
        )
