"""Dynamic tokenization: merging a batch's commonest pairs.

From Python: ``from core.tokenizers.dynamic import dynamic``, then ``dynamic(tokenizer=…, text=[…])``.
It is imported when first asked for, since it brings a tokenizer library along.
"""

from __future__ import annotations

from typing import Any

__all__ = ["dynamic"]


def __getattr__(name: str) -> Any:
    if name == "dynamic":
        from core.tokenizers.dynamic.run import dynamic

        return dynamic
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
