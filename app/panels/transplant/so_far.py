"""What is known of a run that still goes: how far it is, what it warned of, which figures it has told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from core.transplant.methods import METHODS
from core.transplant.result import TransplantResult

if TYPE_CHECKING:
    from core.jobs.events import Progress

_MERGED = ("bits_per_byte", "tokens")
"""Fields that come piece by piece."""


class SoFar:
    """Fed with the events of one run, in order."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.progress: Progress | None = None
        self.warnings: list[str] = []
        self._told: dict[str, Any] = {}
        self._result: TransplantResult | None = None

    def hear(self, event: Any) -> None:
        """Take a progress, a partial result or a log line."""
        if event.type == "progress":
            self.progress = event
        elif event.type == "log" and event.level == "warning":
            self.warnings.append(event.message)
        elif event.type == "partial":
            for name, value in event.data.items():
                self._tell(name, value)

    def _tell(self, name: str, value: Any) -> None:
        self._result = None
        before = self._told.get(name)
        if name in _MERGED and isinstance(before, dict) and isinstance(value, dict):
            for when, figures in value.items():
                both = isinstance(before.get(when), dict) and isinstance(figures, dict)
                before[when] = {**before[when], **figures} if both else figures
        else:
            self._told[name] = value

    def result(self, request: dict[str, Any]) -> TransplantResult | None:
        """A result with the parts told so far, the same object until more are told; None when none were."""
        if self._told and self._result is None:
            self._result = self._make(request)
        return self._result

    def _make(self, request: dict[str, Any]) -> TransplantResult | None:
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
