"""Which strings are a single token."""

from __future__ import annotations

from collections.abc import Sequence

from core.tokenizers.canonical import Boundary, Kind
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.tokenizer import Tokenizer


def single_tokens(tokenizer: Tokenizer, texts: Sequence[bytes]) -> list[bool]:
    """For each text, whether it is cut into one token in the middle of a text, and that one spells it.

    A leading space counts as the text's; WordPiece's tokens that begin a word have one.

    Raises:
        UserError: the tokenizer cannot encode one of them.
    """
    spelt = _spelt(tokenizer)

    def is_single(text: bytes) -> bool:
        known = spelt.get(text)
        return known is not None and tokenizer.pieces(text) in [[id] for id in known]

    return list(map(is_single, texts))


@once_for_each
def _spelt(tokenizer: Tokenizer) -> dict[bytes, tuple[int, ...]]:
    """What a token spells, the space before a word included → its id, or ids."""
    found: dict[bytes, tuple[int, ...]] = {}
    for token in tokenizer.vocabulary:
        if token.kind is Kind.TEXT:
            text = b" " + token.bytes if token.boundary is Boundary.IMPLIED else token.bytes
            found[text] = (*found.get(text, ()), token.id)
    return found
