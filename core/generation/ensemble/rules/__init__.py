"""How the members' laws become one: a file each. A rule in a new file here is found by being there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from core.generation.ensemble.rules.rule import RULES, Rule, rule

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

if TYPE_CHECKING:
    AnyRule = Rule
else:
    AnyRule = Annotated[reduce(or_, RULES.values()), Field(discriminator="kind")]

__all__ = ["RULES", "AnyRule", "Rule", "rule"]
