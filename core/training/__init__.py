"""Training: one small trainer, and recipes that say what it trains.

From Python: ``from core.training import train``, then ``train(text=[…], out=…)``.
It is imported when first asked for, since it brings torch along.
"""

from __future__ import annotations

from typing import Any

__all__ = ["train"]


def __getattr__(name: str) -> Any:
    if name == "train":
        from core.training.run import train

        return train
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
