"""One seed for every source of randomness that a job's libraries may use behind its back.

A job draws from generators of its own, made from ``ctx.seed``; this is for libraries that do not.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed Python, numpy and torch: at once where they are loaded, else if they get imported meanwhile.

    torch, which takes seconds to import, is thus never imported for a job that does not need it.
    """
    random.seed(seed)
    waiting = _SeedOnImport(seed)
    for name in _LIBRARIES:
        if name in sys.modules:
            _seed(importlib.import_module(name), seed)  # waits, should another thread be at importing it
    sys.meta_path.insert(0, waiting)
    try:
        yield
    finally:
        sys.meta_path.remove(waiting)


def _seed(library: ModuleType, seed: int) -> None:
    if library.__name__ == "numpy":
        library.random.seed(seed % 2**32)
    else:
        library.manual_seed(seed % 2**63)


_LIBRARIES = ("numpy", "torch")


class _SeedOnImport(MetaPathFinder):
    """Finds nothing itself: has the real loader of a library seed it once it is loaded."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._looking: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _LIBRARIES or name in self._looking:
            return None
        self._looking.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._looking.discard(name)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_seed(module: ModuleType) -> None:
            load(module)
            _seed(module, self._seed)

        spec.loader.exec_module = load_and_seed  # type: ignore[method-assign]
        return spec
