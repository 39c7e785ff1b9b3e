"""What a window may say of a tokenizer at once: reads its file only, needs no tokenizer library."""

from __future__ import annotations

from pathlib import Path

from core.tokenizers.vocabulary import Vocabulary, read_vocabulary


def tokenizer_note(path: Path, *, field: str | None = None) -> str:
    """One line about a tokenizer of any format: ``byte-level BPE, 8,192 tokens``.

    Raises:
        UserError: there is no tokenizer, or it is damaged; the sentence says what is wrong.
    """
    return vocabulary_note(read_vocabulary(path, field=field))


def vocabulary_note(vocabulary: Vocabulary) -> str:
    """The same about one that has been read."""
    model = f"byte-level {vocabulary.model}" if vocabulary.family == "byte-level" else vocabulary.model
    lower = ", lower case" if vocabulary.lowercased else ""
    tokens = "token" if vocabulary.count == 1 else "tokens"
    return f"{model}, {vocabulary.count:,} {tokens}{lower}"
