"""The tokenizer formats: one file each. A format in a new file here is found by being there.

Importing this loads no tokenizer library.
"""

from __future__ import annotations

import importlib
import pkgutil

from core.tokenizers.formats.format import FORMATS, HEAD, Format, tokenizer_format

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

_ordered = sorted(FORMATS.values(), key=lambda found: found.order)
FORMATS.clear()
FORMATS.update({found.name: found for found in _ordered})

__all__ = ["FORMATS", "HEAD", "Format", "tokenizer_format"]
