"""Texts in many languages, code, and bytes that are no text, to hold tokenizers against other programs on."""

from __future__ import annotations

import random
from pathlib import Path

_LONG_ENOUGH = 3_000
"""Characters of each text."""


def many_texts(shared_data: Path) -> list[str]:
    """One text for each of three dozen languages, for each programming language, and random bytes."""
    prose = sorted((shared_data / "multilingual" / "udhr").glob("*.txt"))
    code = sorted(file for file in (shared_data / "code").rglob("*.*") if file.suffix != ".txt")
    texts = [file.read_text(encoding="utf-8", errors="replace")[:_LONG_ENOUGH] for file in (*prose, *code)]
    assert len(prose) >= 30
    return [*texts, *random_bytes(), "", " ", "\n\n", "  x \t\r\n"]


def random_bytes() -> list[str]:
    """Bytes decoded as if they were UTF-8, what is none replaced; the same ones each time."""
    source = random.Random(4)
    return [source.randbytes(length).decode(errors="replace") for length in (1, 10, 100, 2_000)]
