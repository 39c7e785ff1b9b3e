"""Queries made of documents, whose answers are therefore known: one file a builder, found by being there.

Importing this loads neither torch nor numpy.
"""

from __future__ import annotations

import importlib
import pkgutil

from core.jobs.lines import parsed
from core.retrieval.collections.builders.builder import BUILDERS, Builder, Made, builder

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")


def parse(line: str) -> Builder:
    """The builder that a line spells: ``keyword terms=3``.

    Raises:
        ValueError: there is none, or a parameter will not do.
    """
    said = parsed(line, BUILDERS)
    assert isinstance(said, dict)
    return BUILDERS[said["kind"]].model_validate(said)


__all__ = ["BUILDERS", "Builder", "Made", "builder", "parse"]
