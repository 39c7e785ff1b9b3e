"""What a tokenizer is, in a line; and what it does not give back as it was."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError
from core.tokenizers.canonical import Family
from core.tokenizers.compare.names import tokenizer_names
from core.tokenizers.live.chat import chat_templates
from core.tokenizers.live.result import Note
from core.tokenizers.tokenizer import Tokenizer

_PROBES = (
    ("puts into lower case", "Aa"),
    ("changes accents", "é"),
    ("changes characters that look alike", "Ａ ﬁ"),
    ("changes white space", "a  b\n\n\tc "),
    ("does not know every character", "ꦗ 𐐷 🙂"),
)
"""What a text suffers that does not come back; each is said only of what those before it do not explain."""


def note_of(given: Path, tokenizer: Tokenizer) -> Note:
    """`given`: as the question named it, a folder or a file."""
    return Note(
        tokenizer=given,
        name=tokenizer_names([given])[0],
        format=tokenizer.format,
        sentence=_sentence(tokenizer),
        size=tokenizer.vocabulary.size,
        badges=tuple(_badges(tokenizer)),
        notes=tokenizer.notes,
        chat_templates=tuple(chat_templates(given, tokenizer.path)),
    )


def _sentence(tokenizer: Tokenizer) -> str:
    vocabulary = tokenizer.vocabulary
    byte_level = "byte-level " if vocabulary.family is Family.BYTE_LEVEL else ""
    tokens = "token" if vocabulary.count == 1 else "tokens"
    lower = ", lower case" if vocabulary.lowercased else ""
    return f"{byte_level}{vocabulary.model}, {vocabulary.count:,} {tokens}{lower}"


def _badges(tokenizer: Tokenizer) -> list[str]:
    found = []
    for badge, text in _PROBES:
        try:
            after = tokenizer.decode(tokenizer.encode(text).ids)
        except UserError:
            found.append("does not know every character")
            break
        if after != text:
            found.append(badge)
    return list(dict.fromkeys(found))
