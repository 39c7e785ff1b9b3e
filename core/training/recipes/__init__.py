"""The training recipes: one file each. A recipe in a new file here is found by being there.

`RECIPES` maps a recipe's name to its class, in alphabetical order; importing this loads no torch.
"""

from __future__ import annotations

import importlib
import pkgutil

from core.training.recipes.recipe import RECIPES, Recipe, recipe

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["RECIPES", "Recipe", "recipe"]
