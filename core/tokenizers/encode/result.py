"""What an encoding gives."""

from __future__ import annotations

from core.jobs.request import Result, Table


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
        tokens = "token" if len(self.ids) == 1 else "tokens"
        lost = "" if self.round_trip else " Decoded, they do not give the text back."
        return f"{len(self.ids):,} {tokens} for {self.bytes:,} bytes.{lost}"

    def tables(self) -> list[Table]:
        rows = zip(self.ids, self.offsets, self.tokens, strict=True)
        return [Table(["id", "from", "to", "token"], [[id, *span, token] for id, span, token in rows])]
