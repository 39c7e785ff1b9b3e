"""Every code that was tried: bytes, speed, what it finds, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton

from app import theme
from app.figures import fixed
from app.panels.retrieval.compress import words
from app.panels.retrieval.words import ALPHA, interval, p_value
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.compress.result import CodecFigures, CompressResult
    from core.retrieval.result_parts import Comparison

CODE = 0
LOOK = "Press a code, here or in the plot, to read more about it."


def _places(number: int, *, signed: bool = False) -> Callable[[float], str]:
    return lambda value: fixed(value, number, signed=signed)


def columns(measures: Sequence[str], primary: str) -> tuple[Column, ...]:
    def difference(row: CodecFigures) -> Comparison | None:
        return row.differences.get(primary)

    def color(row: CodecFigures) -> str:
        found = difference(row)
        return "warning" if found is not None and found.adjusted < ALPHA and found.difference < 0 else ""

    def measured(name: str) -> Column:
        return Column(name, lambda row: row.measures[name].value, _places(4), right=True)

    return (
        Column("code", lambda row: row.line, mono=True, color=lambda row: "accent" if row.frontier else ""),
        Column("bytes a document", lambda row: row.bytes_per_document, _places(1), right=True,
               tip="Of the saved file, with all that was learned, by the number of documents"),
        Column("of float32", lambda row: row.ratio, words.times, right=True),
        *(measured(name) for name in measures),
        Column("difference", lambda row: getattr(difference(row), "difference", None),
               _places(4, signed=True), right=True, color=color, tip=f"Of {primary}, from float32"),
        Column("interval", lambda row: _spread(difference(row)), _said, right=True,
               tip="95 % interval of the difference, by bootstrap"),
        Column("p", lambda row: getattr(difference(row), "adjusted", None), p_value, right=True, color=color,
               tip="Corrected for all codes and measures"),
        Column("recall@10", lambda row: row.recall_10, _places(3), right=True,
               tip="How many of the 10 that exact search finds are among its first 10"),
        Column("recall@100", lambda row: row.recall_100, _places(3), right=True, tip="The same of 100"),
        Column("ranks fallen", lambda row: row.rank_change, _places(1), right=True,
               tip="Of relevant documents, the median"),
        Column("learning s", lambda row: row.fit_seconds or None, _places(2), right=True,
               tip="Codebooks, ranges, directions; once"),
        Column("encoding s / M", lambda row: row.encode_seconds_per_million or None, _places(1), right=True,
               tip="Seconds for a million documents, on this machine"),
        Column("queries / s", lambda row: row.queries_per_second_one or None, _places(0), right=True,
               tip="One at a time, on this machine"),
        Column("all at once", lambda row: row.queries_per_second_all or None, _places(0), right=True,
               tip="Queries a second when all are asked together"),
    )  # fmt: skip


def _spread(found: Comparison | None) -> tuple[float, float] | None:
    return None if found is None else (found.low, found.high)


def _said(pair: tuple[float, float]) -> str:
    return interval(pair[0], pair[1], 4)


class CodesCard(Card):
    """`chosen` tells the row that is looked at; the button acts on it."""

    chosen = Signal(object)
    use = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__("Codes")
        self.table = FiguresTable(session, "Codes", columns((), ""), stretched=CODE, lines=24, least=220)
        self.table.row_chosen.connect(self._on_row)
        self.use_button = theme.styled(QPushButton("Use it in an evaluation"))
        self.use_button.setToolTip("The encoder with this code beside the encoder without, under Evaluate")
        self.use_button.clicked.connect(lambda: self.use.emit(self._row))
        self.head.addWidget(self.use_button)
        self.told = Words(role="body", selectable=True)
        self.refused = Words(role="muted", selectable=True)
        for widget in (self.table, self.told, self.refused):
            self.column.addWidget(widget)
        self._row: CodecFigures | None = None
        self._result: CompressResult | None = None
        self._shown: tuple[str, ...] = ()

    def show_rows(self, rows: Sequence[CodecFigures], primary: str, result: CompressResult | None) -> None:
        """`result` is there once all are."""
        names = tuple(rows[0].measures) if rows else ()
        if (*names, primary) != self._shown:
            self.table.figures.set_columns(columns(names, primary))
            self._shown = (*names, primary)
        self._result = result
        self._row = None
        for place, column in enumerate(self.table.figures.columns):
            self.table.setColumnHidden(place, all(column.value(row) is None for row in rows))
        self.table.show_rows(rows)
        missing = [f"{one.line}: {one.reason}" for one in result.refused] if result is not None else []
        self.refused.say("\n".join(["Could not be tried:", *missing]) if missing else "")
        self.refused.setVisible(bool(missing))
        self._tell()

    def choose(self, line: str) -> None:
        """Look at the row of a code."""
        for place, row in enumerate(self.table.figures.rows):
            if row.line == line:
                self.table.selectRow(place)
                self.table.scrollTo(self.table.figures.index(place, CODE))
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_row(self, row: Any) -> None:
        self._row = row
        self._tell()
        self.chosen.emit(row)

    def _tell(self) -> None:
        ready = self._result is not None and self._row is not None
        self.use_button.setVisible(ready)
        if self._result is None:
            self.told.say("")
        else:
            self.told.say(words.told(self._row, self._result) if self._row is not None else LOOK)
