"""A ranking from its top: which documents are relevant, and which words of the query they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app import theme
from app.figures import fixed
from app.panels.retrieval.why.matched import matches, snippet
from app.panels.retrieval.why.opened import Found
from app.widgets.tooltip import tooltip

Index = QModelIndex | QPersistentModelIndex
LINES, PADDING, GAP = 2, 6, 8
LONGEST = 220
"""Characters of a text that are laid out."""
RELEVANT, JUDGED = "✓", "✕"
NO_TEXT = "Its text is not kept."
PLACES = 4


class _Hits(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.hits: Sequence[Found] = ()
        self.terms: frozenset[str] = frozenset()

    def show(self, hits: Sequence[Found], terms: frozenset[str]) -> None:
        self.beginResetModel()
        self.hits, self.terms = tuple(hits), terms
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        found = self.hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(found)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            score = fixed(found.hit.score, PLACES)
            return f"Rank {found.hit.rank}, {judged(found)}, score {score}: {self.text(found)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(f"{found.hit.document}: {judged(found)}")
        return None

    def text(self, found: Found) -> str:
        document = found.document
        if document is None:
            return f"{found.hit.document}: {NO_TEXT}"
        return snippet(document.title, document.text, self.terms, LONGEST) or found.hit.document


def judged(found: Found) -> str:
    """``relevant, grade 2``, ``judged not relevant``, ``not judged``."""
    grade = found.hit.grade
    if grade is None:
        return "not judged"
    return f"relevant, grade {grade}" if grade > 0 else "judged not relevant"


class _Drawn(QStyledItemDelegate):
    """A mark and the rank, the text in two lines with the query's words underlined, the score."""

    def __init__(self, model: _Hits, view: QListView) -> None:
        super().__init__(view)
        self._model, self._view = model, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, row_height(self._view))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        own: Any = option
        tokens, found = theme.tokens(), self._model.hits[index.row()]
        rect = QRectF(own.rect)
        painter.save()
        if own.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color(tokens.accent_soft))
        painter.setPen(theme.color(tokens.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(theme.figures_font())
        metrics = painter.fontMetrics()
        grade = found.hit.grade
        relevant = grade is not None and grade > 0
        line = metrics.lineSpacing()
        top = rect.top() + PADDING
        mark = RELEVANT if relevant else JUDGED if grade is not None else ""
        wide = metrics.horizontalAdvance("✓ 100")
        painter.setPen(theme.color(tokens.success if relevant else tokens.muted))
        area = QRectF(rect.left() + 4, top, wide, line)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft, mark)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight, str(found.hit.rank))
        score = fixed(found.hit.score, PLACES)
        right = metrics.horizontalAdvance(score) + 6
        painter.setPen(theme.color(tokens.muted))
        painter.drawText(
            QRectF(rect.right() - right, top, right - 4, line), Qt.AlignmentFlag.AlignRight, score
        )
        left = area.right() + GAP
        room = QRectF(left, top, max(40.0, rect.right() - right - GAP - left), LINES * line)
        painter.setPen(theme.color(tokens.text))
        self._paint_text(painter, self._model.text(found), room)
        if own.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.color(tokens.accent))
            painter.drawRect(rect.adjusted(0.5, 0.5, -1.5, -1.5))
        painter.restore()

    def _paint_text(self, painter: QPainter, text: str, room: QRectF) -> None:
        """Two lines at most; the second is cut at its end."""
        for number, (start, length) in enumerate(self._lines(painter, text, room.width())):
            last = number == LINES - 1
            rest = text[start:] if last else text[start : start + length]
            words = rest
            if last:
                words = painter.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, int(room.width()))
            layout = _laid_out(words, painter, self._model.terms, room.width() + 20)
            layout.draw(
                painter, QPointF(room.left(), room.top() + number * painter.fontMetrics().lineSpacing())
            )

    @staticmethod
    def _lines(painter: QPainter, text: str, width: float) -> list[tuple[int, int]]:
        layout = QTextLayout(text, painter.font())
        layout.beginLayout()
        found: list[tuple[int, int]] = []
        while len(found) < LINES:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            found.append((line.textStart(), line.textLength()))
        layout.endLayout()
        return found


def _laid_out(text: str, painter: QPainter, terms: frozenset[str], width: float) -> QTextLayout:
    """One line, the terms underlined."""
    layout = QTextLayout(text, painter.font())
    look = QTextCharFormat()
    look.setFontUnderline(True)
    formats = []
    for start, end in matches(text, terms):
        part = QTextLayout.FormatRange()
        part.start, part.length, part.format = start, end - start, look
        formats.append(part)
    layout.setFormats(formats)
    layout.beginLayout()
    line = layout.createLine()
    if line.isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, 0))
    layout.endLayout()
    return layout


def row_height(widget: QWidget) -> int:
    return LINES * widget.fontMetrics().lineSpacing() + 2 * PADDING


class HitsList(QListView):
    """As high as its rows. The arrows go through it, Ctrl+C copies the document's id and text."""

    chosen = Signal(object)
    """A `Found`."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.hits = _Hits(self)
        self.setModel(self.hits)
        self.setItemDelegate(_Drawn(self.hits, self))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setTabKeyNavigation(False)
        self.selectionModel().currentChanged.connect(self._on_current)
        theme.current().changed.connect(self.viewport().update)

    def show_hits(self, hits: Sequence[Found], terms: frozenset[str]) -> None:
        self.hits.show(hits, terms)
        self._fit()

    def mark(self, document: str) -> None:
        """Set a document apart, without telling; none where it is not among these."""
        model = self.selectionModel()
        model.blockSignals(True)
        row = next((n for n, found in enumerate(self.hits.hits) if found.hit.document == document), -1)
        self.setCurrentIndex(self.hits.index(row, 0))
        if row < 0:
            self.clearSelection()
        model.blockSignals(False)
        self.viewport().update()

    def _fit(self) -> None:
        self.setFixedHeight(max(1, len(self.hits.hits)) * row_height(self) + 2)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def wheelEvent(self, event: Any) -> None:
        """The page scrolls; it itself never needs to."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and index.isValid():
            found = self.hits.hits[index.row()]
            text = found.document.text if found.document is not None else ""
            QGuiApplication.clipboard().setText(f"{found.hit.document}\t{text}")
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_current(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.hits.hits[current.row()])
