"""The samplers: one file each. A sampler in a new file here is found by being there.

`SAMPLERS` maps a kind to its class, in alphabetical order; importing this loads neither torch nor numpy.
`AnySampler` validates a dict or a line. They are applied in the order in which they are listed; `PLACES`
says in which order others list them.
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

_BEFORE = ("logit-bias", "repetition", "frequency", "presence", "no-repeat", "min-length")
PLACES: dict[str, tuple[str, ...]] = {
    "Usual order": tuple(sorted(SAMPLERS, key=lambda kind: SAMPLERS[kind].place)),
    "HF order": (
        *("logit-bias", "repetition", "no-repeat", "min-length", "frequency", "presence"),
        *("temperature", "top-k", "top-p", "min-p", "typical", "epsilon", "eta", "mirostat"),
    ),
    "llama.cpp order": (
        *_BEFORE,
        *("top-k", "typical", "top-p", "min-p", "epsilon", "eta", "temperature", "mirostat"),
    ),
}
"""Name → kinds, first the one that is applied first. transformers has temperature before what cuts the law
off, llama.cpp after it; what one of them lacks stands where it does least harm."""


__all__ = ["PLACES", "SAMPLERS", "AnySampler", "Sampler", "sampler"]
