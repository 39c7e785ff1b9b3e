"""Whether a trained tokenizer is what was asked for."""

from __future__ import annotations

import tokenizers

from core.errors import UserError
from core.tokenizers.tokenizer import Tokenizer

_TEXTS = (
    "Hello",
    " Hello",
    "  Hello   ",
    "Ａ ½ ﬁ ｶ A\u030a ①",
    "Naïve CAFÉ İ ß",
    "a\tb\r\nc\u00a0d\u2003e\n\n  f",
    "🙂 👩‍👩‍👧 🇫🇷 \u200d \ufeff \ud7ff \ufffd \ue000 \U0010fffd",
    "ꦗꦮ 𐐷 ሀ ខ្មែរ",
    "1 12 123 1234 12345 1,234.50 ٣٤ ⅷ",
    "\tif x:\n        return [0]*8\n",
    "<0x0A> is text",
)


def check_size(tokenizer: tokenizers.Tokenizer, vocab_size: int) -> None:
    """Raises `UserError` where the text did not yield as many tokens as were asked for."""
    found = tokenizer.get_vocab_size()
    if found < vocab_size:
        raise UserError(
            f"The text is too short for a vocabulary of {vocab_size:,}: it yields {found:,} tokens. "
            "Give more text or ask for fewer.",
            field="vocab_size",
        )


def check_trained(tokenizer: Tokenizer, vocab_size: int, *, lossless: bool) -> None:
    """Raises `RuntimeError`, since that is our fault: ids are left out, or a text does not come back."""
    vocabulary = tokenizer.vocabulary
    if not vocabulary.count == vocabulary.size == vocab_size:
        raise RuntimeError(
            f"the trained tokenizer has {vocabulary.count:,} tokens up to id {vocabulary.size - 1:,}, "
            f"not {vocab_size:,}"
        )
    for text in _TEXTS:
        after = tokenizer.decode(tokenizer.encode(text).ids)
        if lossless and after != text:
            raise RuntimeError(f"the trained tokenizer makes {after!r} of {text!r}")
