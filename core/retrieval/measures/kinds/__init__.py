"""One file a measure, or a family that shares its arithmetic. One in a new file here is found by being there.

A query's sums are taken in the order of its ranking in float64, as trec_eval takes them, so that values equal
trec_eval's to the last bit wherever it uses no more than that.
"""

from __future__ import annotations

import importlib
import pkgutil

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")
