"""Tokens one after the other, each in a box of its own, flowing over as many lines as they need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from app import theme
from app.widgets.tooltip import tooltip
from app.widgets.visible_text import shown_token

PADDING, GAP = 6, 5
"""Inside a box, and between boxes, in pixels."""


class TokenPills(QWidget):
    """Copied with Ctrl+C, one a line; a token too long for a line is cut at its end, and whole on hover.

    Some may be marked: tinted, and underlined, since a tint alone is not seen by all.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._tokens: tuple[str, ...] = ()
        self._marked: tuple[bool, ...] = ()
        self._words: tuple[str, ...] = ()
        self._areas: list[QRectF] = []
        self.setFont(theme.mono_font())
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        theme.current().changed.connect(self.update)

    def show_tokens(
        self, tokens: Sequence[str], marked: Sequence[bool] = (), words: Sequence[str] = ()
    ) -> None:
        """
        Args:
            marked: of each token; none for none.
            words: what hovering over each says besides.
        """
        self._tokens = tuple(tokens)
        self._marked = tuple(marked) or (False,) * len(self._tokens)
        self._words = tuple(words) or ("",) * len(self._tokens)
        self.setAccessibleDescription(", ".join(map(self._told, range(len(self._tokens)))))
        self._place()
        self.update()

    def _told(self, place: int) -> str:
        words = self._words[place]
        return shown_token(self._tokens[place]) + (f" ({words})" if words else "")

    @property
    def marked(self) -> tuple[bool, ...]:
        return self._marked

    @property
    def tokens(self) -> tuple[str, ...]:
        return self._tokens

    def copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._tokens))

    def _place(self) -> None:
        metrics = self.fontMetrics()
        high = metrics.height() + 6.0
        left, top, room = 2.0, 2.0, max(60.0, self.width() - 4.0)
        self._areas = []
        for token in self._tokens:
            wide = min(room, metrics.horizontalAdvance(shown_token(token)) + 2.0 * PADDING)
            if left > 2 and left + wide > room + 2:
                left, top = 2.0, top + high + GAP
            self._areas.append(QRectF(left, top, wide, high))
            left += wide + GAP
        height = int(top + high + 3) if self._tokens else 0
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for token, marked, area in zip(self._tokens, self._marked, self._areas, strict=True):
            if not area.toRect().intersects(event.rect()):
                continue
            painter.setPen(QPen(theme.color(tokens.accent if marked else tokens.border), 1))
            painter.setBrush(theme.color(tokens.accent_soft if marked else tokens.field))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            if marked:
                line = area.adjusted(4, area.height() - 3, -4, -1)
                painter.fillRect(line, theme.color(tokens.accent))
            painter.setPen(theme.color(tokens.text))
            inner = area.adjusted(PADDING, 0, -PADDING + 2, 0)
            text = shown_token(token)
            if painter.fontMetrics().horizontalAdvance(text) > inner.width():
                text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(inner.width()))
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = event.pos()
            words = next(
                (self._told(number) for number, area in enumerate(self._areas) if area.contains(place)),
                "",
            )
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the tokens", QKeySequence(QKeySequence.StandardKey.Copy), self.copy)
        menu.popup(self.mapToGlobal(place))
