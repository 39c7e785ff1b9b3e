"""The samplers: one file each. A sampler in a new file here is found by being there.

`SAMPLERS` maps a kind to its class, in alphabetical order; importing this loads neither torch nor numpy.
`AnySampler` validates a dict or a line. They are applied in the order in which they are listed.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from core.generation.samplers.sampler import SAMPLERS, Sampler, sampler
from core.jobs.lines import parsed

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

if TYPE_CHECKING:
    AnySampler = Sampler
else:
    AnySampler = Annotated[
        Annotated[reduce(or_, SAMPLERS.values()), Field(discriminator="kind")],
        BeforeValidator(partial(parsed, kinds=SAMPLERS)),
    ]

__all__ = ["SAMPLERS", "AnySampler", "Sampler", "sampler"]
