"""Trainable heads, which make one vector of a model's states: one file each, found by being there.

`HEADS` maps a kind to its class, in alphabetical order; importing this loads no torch.
"""

from __future__ import annotations

import importlib
import pkgutil

from core.encoders.heads.head import HEADS, Head, head

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["HEADS", "Head", "head"]
