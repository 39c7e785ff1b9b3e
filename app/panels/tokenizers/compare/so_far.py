"""What is known of a comparison that still goes: the rows of the texts that are measured."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from core.tokenizers.compare.result import CompareRow, CompareTokenizersResult, MeasureInfo, TokenizerRow

MEASURES = (
    MeasureInfo(
        key="bytes_per_token",
        title="Bytes per token",
        unit="bytes",
        description="Of the texts that are measured so far; the run goes on.",
        better="high",
        digits=2,
    ),
    MeasureInfo(
        key="fertility",
        title="Fertility",
        unit="tokens/word",
        description="Of the texts that are measured so far; the run goes on.",
        better="low",
        digits=2,
    ),
)


class SoFar:
    """Fed with the partial results of one run, in order."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self._rows: list[CompareRow] = []

    def hear(self, data: dict[str, Any]) -> CompareTokenizersResult | None:
        """A result of what was told so far; None while nothing was, or where it cannot be read."""
        told = data.get("rows")
        try:
            self._rows += [CompareRow.model_validate(row) for row in told] if isinstance(told, list) else []
        except ValidationError:
            return None
        names = list(dict.fromkeys(row.tokenizer for row in self._rows))
        if not names:
            return None
        alone = [TokenizerRow(name=name, path="", format="", model="", size=0) for name in names]
        return CompareTokenizersResult(
            rows=list(self._rows), tokenizers=alone, texts=[], measures=list(MEASURES)
        )
