"""The intrinsic tests: one file each. A test in a new file here is found by being there.

`TESTS` maps the request's field that asks for a test to it, in the order in which they are shown.
"""

from __future__ import annotations

import importlib
import pkgutil

from core.retrieval.intrinsic.kinds.kind import TESTS, Test

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["TESTS", "Test"]
