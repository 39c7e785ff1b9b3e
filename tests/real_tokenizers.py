"""Real tokenizers that packages bring; `make real-tokenizers` lays them in .real-tokenizers, out of git."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / ".real-tokenizers"


def real_tokenizer(name: str) -> Path:
    """The file or folder `name` of those; skips the test, and says why, where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the real tokenizer {name} is absent: make real-tokenizers")
    return path
