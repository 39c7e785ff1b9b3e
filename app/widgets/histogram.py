"""How many of what size: bars that can be hovered, zoomed and taken along as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QFrame, QToolTip

from app import theme
from app.figures import count, fixed
from app.widgets.tooltip import tooltip


class HistogramPlot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """`what` is counted (``tokens``), by `axis` (``residual``). Importing this module loads pyqtgraph."""

    def __init__(self, title: str, what: str, axis: str) -> None:
        super().__init__(background=None, enableMenu=False)
        self._what, self._axis = what, axis
        self._edges: list[float] = []
        self._counts: list[int] = []
        self._marked: list[int] = []
        self._bars: Any = None
        self._marks: Any = None
        self._at: int | None = None
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("background: transparent")
        item = self.getPlotItem()
        item.hideButtons()
        item.setMouseEnabled(x=True, y=False)
        item.hideAxis("left")
        item.getAxis("bottom").setHeight(28)
        menus = [action.menu() for action in item.ctrlMenu.actions() if action.menu() is not None]
        for menu in (item.ctrlMenu, *menus):  # never shown, and windows of their own otherwise
            menu.setParent(self, menu.windowFlags())
        theme.current().changed.connect(self._paint)

    def show_counts(self, edges: Sequence[float], counts: Sequence[int], marked: Sequence[int] = ()) -> None:
        """`edges` are one more than `counts`. Empty bars at either end are left out, but for one.

        `marked`: how many in each bar are marked, by a triangle that does not grow with their number.
        """
        full = [number for number, amount in enumerate(counts) if amount] or [0, len(counts) - 1]
        first, last = max(0, full[0] - 1), min(len(counts), full[-1] + 2)
        self._edges, self._counts = list(edges[first : last + 1]), list(counts[first:last])
        self._marked = list(marked[first:last])
        self.setAccessibleDescription(
            "; ".join(self.words(number) for number, amount in enumerate(self._counts) if amount)
        )
        self._paint()
        box = self.getPlotItem().getViewBox()
        low, high = self._edges[0], self._edges[-1]
        box.setLimits(xMin=low, xMax=high, yMin=0)
        box.setRange(xRange=(low, high), yRange=(0, max(self._counts) or 1), padding=0.02)

    def words(self, number: int) -> str:
        """What hovering a bar says: ``residual 0.20 to 0.22: 312 tokens``."""
        low, high = self._edges[number], self._edges[number + 1]
        places = 2 if high - low >= 0.01 else 4
        span = f"{fixed(low, places)} to {fixed(high, places)}"
        marked = self._marked[number] if self._marked else 0
        more = f", {count(marked)} of them marked" if marked else ""
        return f"{self._axis} {span}: {count(self._counts[number])} {self._what}{more}"

    def bar_at(self, place: QPoint) -> int | None:
        """Which bar lies under a point of the widget."""
        value = self.getPlotItem().getViewBox().mapSceneToView(self.mapToScene(place)).x()
        edges = self._edges
        return next((n for n in range(len(self._counts)) if edges[n] <= value < edges[n + 1]), None)

    def _paint(self) -> None:
        tokens, item = theme.tokens(), self.getPlotItem()
        axis = item.getAxis("bottom")
        axis.setPen(theme.color(tokens.border_strong))
        axis.setTextPen(theme.color(tokens.muted))
        axis.setStyle(tickFont=theme.figures_font(), tickLength=-4)
        if self._bars is not None:
            item.removeItem(self._bars)
        if self._counts:
            lefts, rights = self._edges[:-1], self._edges[1:]
            gap = 0.06 * (rights[0] - lefts[0])
            self._bars = pyqtgraph.BarGraphItem(
                x0=[left + gap for left in lefts],
                x1=[right - gap for right in rights],
                height=self._counts,
                brush=theme.color(tokens.approximated, 0.8),
                pen=None,
            )
            item.addItem(self._bars)
            self._paint_marks()

    def _paint_marks(self) -> None:
        """Over the bars, at the foot: where there is one it shows, however high the bars are."""
        tokens, item = theme.tokens(), self.getPlotItem()
        if self._marks is not None:
            item.removeItem(self._marks)
        middles = [
            (low + high) / 2
            for low, high, marked in zip(self._edges[:-1], self._edges[1:], self._marked, strict=False)
            if marked
        ]
        self._marks = pyqtgraph.ScatterPlotItem(
            x=middles,
            y=[max(self._counts) * 0.035] * len(middles),
            symbol="t1",
            size=10,
            brush=theme.color(tokens.after),
            pen=theme.color(tokens.surface),
        )
        item.addItem(self._marks)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from bar to bar, and say its figures."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._counts:
            super().keyPressEvent(event)
            return
        start = (-1 if step > 0 else len(self._counts)) if self._at is None else self._at
        self._at = max(0, min(len(self._counts) - 1, start + step))
        self.setAccessibleDescription(self.words(self._at))
        middle = (self._edges[self._at] + self._edges[self._at + 1]) / 2
        scene = self.getPlotItem().getViewBox().mapViewToScene(QPointF(middle, 0))
        QToolTip.showText(self.mapToGlobal(self.mapFromScene(scene)), tooltip(self.words(self._at)), self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._at = None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(theme.color(theme.tokens().accent), 2))
            painter.drawRoundedRect(self.viewport().rect().adjusted(1, 1, -1, -1), 4, 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        number = self.bar_at(event.position().toPoint())
        words = "" if number is None else self.words(number)
        QToolTip.showText(event.globalPosition().toPoint(), tooltip(words), self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms with Ctrl; otherwise the wheel scrolls the page."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        else:
            event.ignore()
