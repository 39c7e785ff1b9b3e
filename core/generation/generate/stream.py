"""What is told while texts are written: little, often, and the first token at once."""

from __future__ import annotations

import time
from typing import Any

from core.generation.decoding.writing import Writing
from core.generation.result_parts import TokenRecord
from core.jobs.context import Context

EVERY = 0.05
"""Seconds between two reports: what a person can see."""


class Stream:
    """Keeps each text's records, and tells them while they come.

    Args:
        bare: tell no alternatives.
    """

    def __init__(self, ctx: Context, *, bare: bool) -> None:
        self._ctx = ctx
        self._bare = bare
        self._open: dict[int, Writing] = {}
        self._records: dict[int, list[TokenRecord]] = {}
        self._last = 0.0

    def begin(self, number: int, writing: Writing) -> None:
        self._open[number] = writing
        self._records[number] = []

    def tell(self) -> bool:
        """After each step; mostly nothing, since it is too soon: whether it was time."""
        now = time.perf_counter()
        if now - self._last < EVERY:
            return False
        self._tell(now)
        return True

    def end(self, number: int) -> list[TokenRecord]:
        """All records of a text that is at its end."""
        self._tell(time.perf_counter())
        self._ctx.emit({"part": "ended", "transcript": number, "stopped": self._open[number].stopped})
        return self.close(number)

    def close(self, number: int) -> list[TokenRecord]:
        """All records of a text, of which nothing more is told."""
        fresh, _ = self._open.pop(number).fresh()
        return [*self._records.pop(number), *fresh]

    def _tell(self, now: float) -> None:
        tokens: list[tuple[int, Any]] = []
        texts: list[tuple[int, str]] = []
        for number, writing in self._open.items():
            records, text = writing.fresh()
            self._records[number] += records
            tokens += [(number, self._told(record)) for record in records]
            if text:
                texts.append((number, text))
        if tokens or texts:
            self._last = now
            self._ctx.emit({"part": "tokens", "tokens": tokens, "texts": texts})

    def _told(self, record: TokenRecord) -> TokenRecord:
        return record.model_copy(update={"alternatives": ()}) if self._bare else record
