"""What merged tokens say in words: a run's title, the facts under its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.figures import duration, size

if TYPE_CHECKING:
    from core.merged.request import MergedRequest
    from core.merged.result import MergedResult, WrittenPiece


def run_title(request: MergedRequest) -> str:
    """``prose-bpe · fvt, 20,000 further tokens``."""
    return f"{request.model.name} · {request.method.name}, {request.size:,} further tokens"


def facts(result: MergedResult, run_id: int) -> str:
    """The line under the sentence."""
    rows = result.method if result.method == result.head_method else f"{result.method} / {result.head_method}"
    large = result.vocabulary
    return " · ".join(
        [
            result.decoding,
            f"rows by {rows}",
            f"{size(large.rows_bytes + large.index_bytes)} of rows and index",
            f"recall@10 {large.recall_10:.3f}",
            duration(result.seconds),
            f"run {run_id}",
        ]
    )


def piece_words(pieces: Sequence[WrittenPiece]) -> list[str]:
    """What hovering over each says."""
    return [f"merged from {piece.pieces} tokens" if piece.merged else "" for piece in pieces]
