"""The transplant methods: one file each. A method in a new file here is found by being there.

`METHODS` maps a method's name to its class, in alphabetical order; importing this loads no torch.
"""

from __future__ import annotations

import importlib
import pkgutil

from core.transplant.methods.method import METHODS, Method, method

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["METHODS", "Method", "method"]
