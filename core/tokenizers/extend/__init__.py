"""Extending a tokenizer by a domain's tokens.

From Python: ``from core.tokenizers.extend import extend``, then ``extend(tokenizer=…, text=[…], out=…)``.
It is imported when first asked for, since it brings a tokenizer library along.
"""

from __future__ import annotations

from typing import Any

__all__ = ["extend"]


def __getattr__(name: str) -> Any:
    if name == "extend":
        from core.tokenizers.extend.run import extend

        return extend
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
