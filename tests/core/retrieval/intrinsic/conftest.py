"""Word vectors in a file, small enough to reckon with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

WORDS = {
    "man": (1, 0, 0), "woman": (0.6, 0.8, 0), "king": (0.6, 0, 0.8), "queen": (0.3, 0.6, 0.74),
    "apple": (0, 0.2, 0.98), "he": (0.8, 0.6, 0), "she": (-0.8, 0.6, 0), "doctor": (0.3, 0.4, 0.866025),
    "nurse": (-0.4, 0.4, 0.8),
}  # fmt: skip


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """In GloVe's layout, each of length 1; the first three dimensions of eight matter."""
    file = tmp_path / "vectors.txt"
    lines = []
    for word, values in WORDS.items():
        numbers = np.array([*values, 0, 0, 0, 0, 0], dtype=np.float64)
        lines.append(" ".join([word, *(f"{number:.8f}" for number in numbers / np.linalg.norm(numbers))]))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
