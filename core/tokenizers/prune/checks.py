"""What the form and the job both ask of a tokenizer that is to be pruned."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError

_PRUNABLE = ("BPE", "Unigram")


def check_prunable(file: Path, model: str) -> None:
    """Raises `UserError` for a kind of model whose words would become unknown without a token."""
    if model not in _PRUNABLE:
        raise UserError(
            f"{file} is of the kind {model}; only BPE and Unigram can be pruned.",
            field="tokenizer",
        )
