"""Real models that lie beside the checkout, if somebody has fetched them: ``make real-models``."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / ".real-models"


def real_model(name: str) -> Path:
    """``minilm`` or ``glove``; the test is skipped where it is absent."""
    path = FOLDER / name
    if not path.is_dir():
        pytest.skip(f"{name} is not here: make real-models")
    return path
