"""A line of somebody's text with one stretch of it marked. Plain text, whatever it holds."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from app import theme

LINES = 4
"""Shown at most."""


class ExampleLine(QWidget):
    """Laid out whole by Qt, so that scripts which join or run from right to left do.

    The mark is coloured, bold and underlined.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._text, self._from, self._to = "", 0, 0
        self.setFont(theme.mono_font())
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        theme.current().changed.connect(self.update)

    def show_line(self, text: str, marked: tuple[int, int] | None) -> None:
        """`marked` are the first character and the one after the last, as Python counts."""
        start, end = marked or (0, 0)
        text = text.translate({ord("\n"): "↵", ord("\r"): "␍", ord("\t"): "⇥"})
        self._text = text
        self._from, self._to = _units(text[:start]), _units(text[:end])
        self.setAccessibleDescription(f"{text[:start]}«{text[start:end]}»{text[end:]}")
        self._fit()
        self.update()

    @property
    def text(self) -> str:
        return self._text

    def marked(self) -> str:
        """What is marked."""
        units = self._text.encode("utf-16-le")
        return units[2 * self._from : 2 * self._to].decode("utf-16-le", "replace")

    def _layout(self) -> QTextLayout:
        tokens = theme.tokens()
        layout = QTextLayout(self._text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        mark = QTextLayout.FormatRange()
        mark.start, mark.length = self._from, self._to - self._from
        look = QTextCharFormat()
        look.setBackground(theme.color(tokens.warning_soft))
        look.setForeground(theme.color(tokens.warning))
        look.setFontWeight(QFont.Weight.Bold)
        look.setFontUnderline(True)
        mark.format = look
        layout.setFormats([mark])
        layout.beginLayout()
        top = 0.0
        for _ in range(LINES):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(40, self.width()))
            line.setPosition(QPointF(0, top))
            top += line.height()
        layout.endLayout()
        return layout

    def _fit(self) -> None:
        height = int(self._layout().boundingRect().height()) + 4 if self._text else 0
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.color(theme.tokens().text))
        self._layout().draw(painter, QPointF(0, 2), clip=QRectF(self.rect()))

    def _menu(self, place: object) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the line", lambda: QGuiApplication.clipboard().setText(self._text))
        menu.popup(self.mapToGlobal(place))  # type: ignore[call-overload]


def _units(text: str) -> int:
    """Its length as Qt counts: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
