"""What cuts a text before any token is looked up: the pre-tokenizer of a tokenizer.json, put in a list."""

from __future__ import annotations

import re
from typing import Any

from core.tokenizers.files import parts


def cutters(pre_tokenizer: Any) -> tuple[str, ...]:
    """The regular expressions, one after the other, and the named cutters by their names."""
    found = (_cutter(part) for part in parts(pre_tokenizer))
    return tuple(cutter for cutter in found if cutter)


def _cutter(part: dict[str, Any]) -> str:
    kind = str(part.get("type"))
    if kind == "Split":
        pattern = part.get("pattern")
        if not isinstance(pattern, dict):
            return ""
        return str(pattern["Regex"]) if "Regex" in pattern else re.escape(str(pattern.get("String", "")))
    if kind == "ByteLevel" and part.get("use_regex") is False:
        return ""
    if kind == "Metaspace" and part.get("split") is False:
        return ""
    return kind.removesuffix("PreTokenizer")
