"""Pruning a tokenizer to a corpus.

From Python: ``from core.tokenizers.prune import prune``, then ``prune(tokenizer=…, text=[…], out=…)``.
It is imported when first asked for, since it brings a tokenizer library along.
"""

from __future__ import annotations

from typing import Any

__all__ = ["prune"]


def __getattr__(name: str) -> Any:
    if name == "prune":
        from core.tokenizers.prune.run import prune

        return prune
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
