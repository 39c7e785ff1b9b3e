"""A measure of several runs as dots: one row a slice, or one row a run. With pyqtgraph, so imported late."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.figures import decimals, fixed
from app.widgets.pictures import offer_picture
from app.widgets.tooltip import tooltip
from app.widgets.visible_text import isolated

if TYPE_CHECKING:
    from app.session import Session

SYMBOLS = ("o", "s", "t", "d", "t1", "p")
"""One a series, so that colour is never the only difference."""
DOT = 11
LABEL = 26
"""Characters of a row's label."""


@dataclass(frozen=True)
class Series:
    """A run: its name and one value a row, None where it has none."""

    name: str
    values: tuple[float | None, ...]


class Legend(QWidget):
    """Symbol, colour and name of each series, in a line."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_names(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self.setAccessibleName("Runs shown: " + ", ".join(names))
        self.setVisible(bool(names))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, middle, left = self.fontMetrics(), self.height() / 2, 8.0
        for place, name in enumerate(self._names):
            painter.save()
            painter.translate(QPointF(left, middle))
            color = _series_color(place)
            pg.graphicsItems.ScatterPlotItem.drawSymbol(
                painter, SYMBOLS[place], DOT - 1, pg.mkPen(color), pg.mkBrush(color)
            )
            painter.restore()
            painter.setPen(QColor(theme.tokens().muted))
            words = QRectF(left + 10, 0, metrics.horizontalAdvance(name) + 4, self.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)
            left = words.right() + 20
        painter.end()


class MetricPlot(QWidget):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._title = ""
        self._rows: tuple[str, ...] = ()
        self._series: tuple[Series, ...] = ()
        self.legend = Legend()
        self._plot = pg.GraphicsView()
        # Put together by hand: a PlotItem brings menus and dialogs along that would never be seen.
        self._box = pg.ViewBox(enableMenu=False, invertY=True)
        self._box.setMouseEnabled(x=True, y=False)
        self._left = pg.AxisItem("left", linkView=self._box)
        self._bottom = pg.AxisItem("bottom", linkView=self._box)
        inside = pg.GraphicsLayout()
        inside.setContentsMargins(0, 4, 8, 0)
        inside.setSpacing(0)
        for item, row, place in ((self._left, 0, 0), (self._box, 0, 1), (self._bottom, 1, 1)):
            inside.addItem(item, row, place)
        self._plot.setCentralItem(inside)
        self._plot.setFrameShape(pg.GraphicsView.Shape.NoFrame)
        self._plot.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.legend)
        column.addWidget(self._plot, 1)
        theme.current().changed.connect(self._draw)
        offer_picture(self, session, lambda menu: menu.addAction("Show all of it", self.reset_zoom))

    def show_figures(self, title: str, rows: Sequence[str], series: Sequence[Series]) -> None:
        """One dot a row and series. `title` is the measure, under the axis."""
        self._title, self._rows, self._series = title, tuple(rows), tuple(series)
        self._draw()
        self.reset_zoom()

    def summary(self) -> str:
        """The same in words, for whoever cannot see it."""
        said = []
        for one in self._series:
            there = [
                (row, value) for row, value in zip(self._rows, one.values, strict=True) if value is not None
            ]
            places = decimals(value for _, value in there)
            said.append(f"{one.name}: " + ", ".join(f"{row} {fixed(value, places)}" for row, value in there))
        return f"{self._title}. " + "; ".join(said)

    @Slot()
    def _draw(self) -> None:
        tokens = theme.tokens()
        self._box.clear()
        self._plot.setBackground(tokens.surface)
        self.legend.show_names([one.name for one in self._series] if len(self._series) > 1 else [])
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(self.summary())
        self._plot.setAccessibleName(self.summary())
        for axis in (self._left, self._bottom):
            axis.setPen(pg.mkPen(tokens.border))
            axis.setTextPen(pg.mkPen(tokens.muted))
            axis.setStyle(tickFont=self.font())
        self._left.setTicks([[(place, _short(row)) for place, row in enumerate(self._rows)]])
        self._left.setStyle(tickLength=0)
        self._bottom.setLabel(escape(self._title), color=tokens.muted)
        self._bottom.setGrid(40)
        self._draw_ties()
        for place, one in enumerate(self._series):
            self._draw_series(place, one)

    def _draw_ties(self) -> None:
        """A line in each row from its lowest to its highest dot."""
        for place in range(len(self._rows)):
            there = [value for one in self._series if _real(value := one.values[place])]
            if len(there) > 1:
                pen = pg.mkPen(theme.tokens().border_strong, width=1.5)
                low, high = min(there), max(there)  # type: ignore[type-var]
                self._box.addItem(pg.PlotCurveItem([low, high], [place, place], pen=pen, antialias=True))

    def _draw_series(self, place: int, one: Series) -> None:
        places = decimals(value for value in one.values if _real(value))  # type: ignore[misc]
        spots = [
            {"pos": (value, row), "data": f"{one.name}, {self._rows[row]}: {fixed(value, places)}"}
            for row, value in enumerate(one.values)
            if _real(value)
        ]
        color = _series_color(place)
        dots = pg.ScatterPlotItem(
            size=DOT,
            symbol=SYMBOLS[place],
            pen=pg.mkPen(theme.tokens().surface, width=1),
            brush=pg.mkBrush(color),
            antialias=True,
            hoverable=True,
            hoverSize=DOT + 4,
            tip=lambda x, y, data: tooltip(data),
        )
        dots.addPoints(spots)
        self._box.addItem(dots)

    @Slot()
    def reset_zoom(self) -> None:
        there = [value for one in self._series for value in one.values if _real(value)]
        if there:
            low, high = min(there), max(there)  # type: ignore[type-var]
            margin = (high - low) * 0.08 or abs(high) * 0.05 or 1.0  # type: ignore[operator,arg-type]
            self._box.setXRange(low - margin, high + margin, padding=0)  # type: ignore[operator]
        self._box.setYRange(-0.7, max(len(self._rows), 3) - 0.3, padding=0)


def _series_color(place: int) -> str:
    return theme.tokens().series[place]


def _real(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _short(text: str) -> str:
    short = text if len(text) <= LABEL else f"{text[: LABEL // 2]}…{text[-LABEL // 2 + 1 :]}"
    return isolated(short)
