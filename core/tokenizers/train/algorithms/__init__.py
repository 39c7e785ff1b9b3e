"""The training algorithms: one file each. An algorithm in a new file here is found by being there.

`ALGORITHMS` maps a name to its class; importing this loads no tokenizer library.
"""

from __future__ import annotations

import importlib
import pkgutil

from core.tokenizers.train.algorithms.algorithm import ALGORITHMS, Algorithm, algorithm

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["ALGORITHMS", "Algorithm", "algorithm"]
