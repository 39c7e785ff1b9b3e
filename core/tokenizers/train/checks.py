"""Whether a tokenizer became what was asked for."""

from __future__ import annotations

from tokenizers import Tokenizer

from core.errors import UserError


def check_size(tokenizer: Tokenizer, vocab_size: int) -> None:
    """Raises `UserError` where the text did not yield as many tokens as were asked for."""
    found = tokenizer.get_vocab_size()
    if found < vocab_size:
        raise UserError(
            f"The text is too short for a vocabulary of {vocab_size:,}: it yields {found:,} tokens. "
            "Give more text or ask for fewer.",
            field="vocab_size",
        )
