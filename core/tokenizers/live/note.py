"""What a tokenizer is, in a line; and what it does not give back as it was."""

from __future__ import annotations

from pathlib import Path

from core.tokenizers.canonical import Family
from core.tokenizers.compare.names import tokenizer_names
from core.tokenizers.live.chat import chat_templates
from core.tokenizers.live.result import Note
from core.tokenizers.probes import LOWERCASES, NORMALISES, STRIPS, UNKNOWN, lossy
from core.tokenizers.tokenizer import Tokenizer

_WORDS = {
    LOWERCASES: "puts into lower case",
    NORMALISES: "changes characters into others that look alike",
    STRIPS: "loses accents or white space",
    UNKNOWN: "does not know every character",
}


def note_of(given: Path, tokenizer: Tokenizer) -> Note:
    """`given`: as the question named it, a folder or a file."""
    return Note(
        tokenizer=given,
        name=tokenizer_names([given])[0],
        format=tokenizer.format,
        sentence=_sentence(tokenizer),
        size=tokenizer.vocabulary.size,
        badges=tuple(_WORDS[badge] for badge in lossy(tokenizer)),
        notes=tokenizer.notes,
        chat_templates=tuple(chat_templates(given, tokenizer.path)),
    )


def _sentence(tokenizer: Tokenizer) -> str:
    vocabulary = tokenizer.vocabulary
    byte_level = "byte-level " if vocabulary.family is Family.BYTE_LEVEL else ""
    tokens = "token" if vocabulary.count == 1 else "tokens"
    lower = ", lower case" if vocabulary.lowercased else ""
    return f"{byte_level}{vocabulary.model}, {vocabulary.count:,} {tokens}{lower}"
