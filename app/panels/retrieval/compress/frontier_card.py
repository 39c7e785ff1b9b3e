"""The frontier of bytes and quality, of any measure, as measured or for a large index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu

from app.panels.retrieval.compress import words
from app.panels.retrieval.compress.frontier_plot import FrontierPlot
from app.panels.retrieval.measure_switch import MeasureSwitch
from app.widgets.card import Card
from app.widgets.flow import Flow
from app.widgets.line_plot import Axis
from app.widgets.pictures import offer_picture
from app.widgets.point_plot import Point
from app.widgets.segmented import Segmented
from app.widgets.words import Words
from core.retrieval.compress.codecs import CODECS
from core.retrieval.compress.result import frontier

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.compress.result import CodecFigures

MEASURED, LARGE = "measured", "large"
MEANING = (
    "Up is better, left is smaller. The line joins the codes that no other beats. Bars are 95 % intervals of "
    "the measure itself; those of differences, in the table, are narrower: all codes answer the same queries."
)


class FrontierCard(Card):
    chosen = Signal(str)
    """The line of a code whose point was pressed."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Bytes and quality")
        self.measure = MeasureSwitch()
        self.view = Segmented("Bytes", ((MEASURED, "As measured"), (LARGE, "In a large index")))
        self.head.addWidget(self.measure)
        self._views = Flow([self.view])
        self.plot = FrontierPlot("Quality against bytes a document")
        self.plot.chosen.connect(self.chosen)
        offer_picture(self.plot, session, more)
        self.words = Words(role="small")
        for widget in (self._views, self.plot, self.words):
            self.column.addWidget(widget)
        self.words.say(MEANING)
        self._rows: Sequence[CodecFigures] = ()
        self._documents = 1
        self.measure.chosen.connect(self._draw)
        self.view.chosen.connect(self._draw)

    def show_rows(self, rows: Sequence[CodecFigures], primary: str, documents: int | None) -> None:
        """`documents` is not known before the end: until then bytes are as measured."""
        self._rows, self._documents = rows, documents or 1
        self._views.setVisible(documents is not None)
        if documents is None:
            self.view.choose(MEASURED)
        names = list(rows[0].measures) if rows else []
        kept = self.measure.name if self.measure.name in names else primary
        self.measure.offer(names, kept)
        self._draw()

    def _draw(self, _key: str = "") -> None:
        measure = self.measure.name
        if not self._rows or measure not in self._rows[0].measures:
            return
        rows = list(self._rows)
        if self.view.key == LARGE:
            rows = [row.model_copy(update={"bytes": row.bytes - row.shared_bytes}) for row in rows]
        points = [_point(row, measure, self._size(row)) for row in rows]
        axis = Axis("bytes a document", logarithmic=True)
        self.plot.show_frontier(points, frontier(rows, measure), axis, Axis(measure))

    def _size(self, row: CodecFigures) -> float:
        """Bytes a document."""
        return row.bytes / self._documents if self.view.key == LARGE else row.bytes_per_document


def _point(row: CodecFigures, measure: str, size: float) -> Point:
    figure = row.measures[measure]
    kind = row.line.partition(" ")[0]
    number = list(CODECS).index(kind) if kind in CODECS else len(CODECS)
    return Point(row.line, number, size, figure.value, figure.low, figure.high, words.hover(row, measure))
