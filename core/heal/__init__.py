"""Healing: a model continues to learn for a while after its tokenizer was changed, and it is measured how
much text it takes until it is as good as the model that it was made from.

From Python: ``from core.heal import heal``, then ``heal(model=…, text=[…], out=…)``.
It is imported when first asked for, since it brings torch along.
"""

from __future__ import annotations

from typing import Any

__all__ = ["heal"]


def __getattr__(name: str) -> Any:
    if name == "heal":
        from core.heal.run import heal

        return heal
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
