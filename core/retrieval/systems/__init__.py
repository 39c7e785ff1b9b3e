"""The retrieval systems: one file each. A system in a new file here is found by being there.

`SYSTEMS` maps a kind to its class, in alphabetical order; importing this loads neither torch nor numpy.
`AnySystem` validates a dict or a line; a path alone is a dense system with that model.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from core.jobs.lines import parsed
from core.retrieval.systems.system import SYSTEMS, System, system

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

if TYPE_CHECKING:
    AnySystem = System
else:
    AnySystem = Annotated[
        Annotated[reduce(or_, SYSTEMS.values()), Field(discriminator="kind")],
        BeforeValidator(partial(parsed, kinds=SYSTEMS, bare=("dense", "model"))),
    ]

__all__ = ["SYSTEMS", "AnySystem", "System", "system"]
