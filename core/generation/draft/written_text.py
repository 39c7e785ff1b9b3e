"""The bytes of what a model has read, and how another model's tokenizer cuts them."""

from __future__ import annotations

from collections.abc import Sequence

from core.generation.language.language_model import LanguageModel


def text_of(model: LanguageModel, ids: Sequence[int]) -> bytes:
    """Special tokens add nothing; a space that the tokenizer puts before every text is none of it."""
    data = model.spelt(ids)
    return data[1:] if model.puts_space and data.startswith(b" ") else data


def tokens_of(model: LanguageModel, data: bytes) -> list[int]:
    """`begin`, and the tokens of `data`, which may end within a character."""
    whole = data.decode("utf-8", errors="ignore")
    rest = data[len(whole.encode()) :] if data.startswith(whole.encode()) else b""
    if not rest and whole.encode() != data:  # broken within: no text, but bytes
        return [*model.begin, *model.tokenizer.pieces(data)]
    return [*model.encode(whole), *(model.tokenizer.pieces(rest) if rest else ())]
