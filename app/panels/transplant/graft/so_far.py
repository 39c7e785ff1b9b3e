"""What a run that still goes has told of its result, piece by piece."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from core.transplant.methods import METHODS
from core.transplant.result import TransplantResult

_MERGED = ("bits_per_byte", "tokens")
"""Fields that come piece by piece."""


class SoFar:
    """Fed with the partial results of one run, in order."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self._told: dict[str, Any] = {}

    def hear(self, data: dict[str, Any]) -> None:
        for name, value in data.items():
            before = self._told.get(name)
            if name in _MERGED and isinstance(before, dict) and isinstance(value, dict):
                for when, figures in value.items():
                    both = isinstance(before.get(when), dict) and isinstance(figures, dict)
                    before[when] = {**before[when], **figures} if both else figures
            else:
                self._told[name] = value

    def result(self, request: dict[str, Any]) -> TransplantResult | None:
        """A result with the parts told so far; None when they do not fit this version's."""
        name = request.get("method", {}).get("name", "omp")
        asked = {
            "out": "",
            "base": str(request.get("base", "")),
            "target": str(request.get("target_tokenizer", "")),
            "method": name,
            "method_title": METHODS[name].title if name in METHODS else name,
            "parameters": request.get("method", {}),
            "vocab_size": 0,
            "padded_vocab_size": 0,
            "matched": 0,
            "approximated": 0,
        }
        try:
            return TransplantResult.model_validate({**asked, **self._told})
        except ValidationError:
            return None
