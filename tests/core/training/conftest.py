"""A text to train on, and a training small enough for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.training.request import TrainRequest

TINY = {
    "name": "causal-lm", "hidden_size": 16, "layers": 1, "heads": 2, "context": 16, "batch": 4, "steps": 12,
    "learning_rate": 0.01,
}  # fmt: skip

_LINE = "the river runs past old mill town while seven quiet boats wait under a low bridge"
_WORDS = _LINE.split(" ")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """600 lines, each another order of the same words."""
    lines = [
        " ".join(_WORDS[(number * step) % len(_WORDS)] for step in range(1, 9)).capitalize()
        + f", {number}.\n"
        for number in range(600)
    ]
    file = tmp_path / "text.txt"
    file.write_text("".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def tiny(text: Path, tmp_path: Path) -> Callable[..., TrainRequest]:
    """A request; what is given takes the place of what would be there."""

    def make(recipe: dict[str, Any] | None = None, **fields: Any) -> TrainRequest:
        defaults: dict[str, Any] = {"text": [text], "out": tmp_path / "model", "vocab_size": 300}
        return TrainRequest(**{**defaults, **fields}, recipe={**TINY, **(recipe or {})})

    return make
