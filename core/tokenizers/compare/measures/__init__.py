"""The measures: one file each. A measure in a new file here is found by being there."""

from __future__ import annotations

import importlib
import pkgutil

from core.tokenizers.compare.measures.measure import MEASURES, Measure, measure

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

_ordered = sorted(MEASURES.values(), key=lambda found: (found.order, found.key))
MEASURES.clear()
MEASURES.update({found.key: found for found in _ordered})

__all__ = ["MEASURES", "Measure", "measure"]
