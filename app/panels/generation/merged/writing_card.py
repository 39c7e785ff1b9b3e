"""Written with the model's own tokens, and with the large vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import theme
from app.figures import count, fixed
from app.panels.generation.merged.words import piece_words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.token_pills import TokenPills
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.merged.result import MergedResult, Writing, WrittenPiece

WAYS = (("plain", "Plainly"), ("merged", "With the large vocabulary"))


@dataclass(frozen=True)
class Row:
    name: str
    plain: float | None
    merged: float | None
    places: int | None
    """Behind the decimal point; None for a count."""


def _figure(
    name: str, value: Callable[[Writing], float], places: int | None
) -> Callable[[MergedResult], Row]:
    return lambda result: Row(name, value(result.plain), value(result.merged), places)


FIGURES = (
    _figure("tokens written", lambda writing: writing.steps, None),
    _figure("of them merged", lambda writing: writing.merged, None),
    _figure("bytes", lambda writing: writing.bytes, None),
    _figure("tokens per byte", lambda writing: writing.steps_per_byte, 3),
    _figure("tokens per second", lambda writing: writing.steps_per_second, 1),
    _figure("bytes per second", lambda writing: writing.bytes_per_second, 1),
    _figure("bits per byte, as the model itself sees it", lambda writing: writing.bits_per_byte, 3),
)


def _shown(which: str) -> Callable[[Row], Any]:
    def value(row: Row) -> str | None:
        found = getattr(row, which)
        return None if found is None else count(found) if row.places is None else fixed(found, row.places)

    return value


COLUMNS = (
    Column("", lambda row: row.name),
    Column("plain", _shown("plain"), right=True, raw=lambda row: row.plain),
    Column("merged", _shown("merged"), right=True, raw=lambda row: row.merged),
)


class WritingCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Written, plainly and with the large vocabulary")
        self.table = FiguresTable(session, "Writing both ways", COLUMNS, stretched=0, sortable=False)
        self.column.addWidget(self.table)
        self.pills: dict[str, TokenPills] = {}
        for key, title in WAYS:
            self.column.addWidget(theme.styled(Words(title), role="field"))
            self.pills[key] = TokenPills(f"Tokens written: {title.lower()}")
            self.column.addWidget(self.pills[key])
        self.note = Words(role="muted")
        self.column.addWidget(self.note)

    def show_so_far(self, way: str, pieces: Sequence[WrittenPiece]) -> None:
        """While it is written."""
        self.table.hide()
        self.note.hide()
        self._show(way, pieces)

    def show_result(self, result: MergedResult) -> None:
        self.table.show()
        self.table.show_rows([figure(result) for figure in FIGURES])
        for way, writing in (("plain", result.plain), ("merged", result.merged)):
            self._show(way, writing.pieces)
        self.note.say(result.note)

    def _show(self, way: str, pieces: Sequence[WrittenPiece]) -> None:
        self.pills[way].show_tokens(
            [piece.text for piece in pieces], [piece.merged for piece in pieces], piece_words(pieces)
        )
