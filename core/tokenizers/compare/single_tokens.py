"""Which strings are a single token."""

from __future__ import annotations

from collections.abc import Sequence

from core.tokenizers.canonical import Boundary, Kind
from core.tokenizers.tokenizer import Tokenizer


def single_tokens(tokenizer: Tokenizer, texts: Sequence[bytes]) -> list[bool]:
    """For each text, whether it is cut into one token in the middle of a text, and that one spells it.

    A leading space counts as the text's; WordPiece's tokens that begin a word have one.

    Raises:
        UserError: the tokenizer cannot encode one of them.
    """
    wanted = set(texts)
    spelt: dict[bytes, list[int]] = {}
    for id, _, kind, data, boundary, _ in tokenizer.vocabulary:
        text = b" " + data if boundary is Boundary.IMPLIED else data
        if text in wanted and kind is Kind.TEXT:
            spelt.setdefault(text, []).append(id)

    def is_single(text: bytes) -> bool:
        return text in spelt and tokenizer.pieces(text) in [[id] for id in spelt[text]]

    return list(map(is_single, texts))
