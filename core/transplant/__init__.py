"""Transplant: a model moved onto another tokenizer.

From Python: ``from core.transplant import transplant``, then
``transplant(base=…, target_tokenizer=…, out=…)``. It is imported when first asked for, since it brings torch
along.
"""

from __future__ import annotations

from typing import Any

__all__ = ["transplant"]


def __getattr__(name: str) -> Any:
    if name == "transplant":
        from core.transplant.run import transplant

        return transplant
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
