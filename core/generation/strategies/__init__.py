"""The decoding strategies: one file each. A strategy in a new file here is found by being there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from core.generation.strategies.strategy import STRATEGIES, Strategy, strategy

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

if TYPE_CHECKING:
    AnyStrategy = Strategy
else:
    AnyStrategy = Annotated[reduce(or_, STRATEGIES.values()), Field(discriminator="kind")]

__all__ = ["STRATEGIES", "AnyStrategy", "Strategy", "strategy"]
