"""Audit: suspicious tokens of a tokenizer, and of a model that has it.

From Python: ``from core.audit import audit``, then ``audit(tokenizer=…)``.
It is imported when first asked for, since it brings a tokenizer library along.
"""

from __future__ import annotations

from typing import Any

__all__ = ["audit"]


def __getattr__(name: str) -> Any:
    if name == "audit":
        from core.audit.run import audit

        return audit
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
