"""Sweep: many methods and parameters on one pair of models, measured beside one another.

From Python: ``from core.transplant.sweep import sweep``, then
``sweep(base=…, target_tokenizer=…, method=["omp k=8,16", "fvt"], text=[…])``. It is imported when first asked
for, since it brings torch along.
"""

from __future__ import annotations

from typing import Any

__all__ = ["sweep"]


def __getattr__(name: str) -> Any:
    if name == "sweep":
        from core.transplant.sweep.run import sweep

        return sweep
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
