"""What an encoding gives."""

from __future__ import annotations

from core.jobs.request import Result


class EncodeResult(Result):
    ids: list[int]
    offsets: list[tuple[int, int]]
    """For each id, the bytes [begin, end) of the text's UTF-8; together they cover the text."""
    tokens: list[str]
    """As a person reads them: nothing invisible, half characters as their bytes."""
    bytes: int
    round_trip: bool
    """Whether decoding gives the text back."""

    def summary(self) -> str:
        return f"{len(self.ids):,} tokens for {self.bytes:,} bytes."
