"""The views: one file each. A view in a new file here is found by being there.

`VIEWS` maps a name to its class, in alphabetical order; importing this loads neither torch nor numpy.
"""

from __future__ import annotations

import importlib
import pkgutil

from core.generation.lens.views.view import VIEWS, View, view

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["VIEWS", "View", "view"]
