"""What the signs on the map mean."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app import theme
from app.widgets.density_map import Sign, paint_sign
from app.widgets.flow import Flow

LABELS = {
    Sign.RELEVANT: "relevant, found",
    Sign.MISSED: "relevant, missed",
    Sign.OTHER: "found, not relevant",
}
SHORT = {Sign.RELEVANT: "✓ found", Sign.MISSED: "✓ missed", Sign.OTHER: "found"}
"""In a list; the tick says relevant."""


class _SignDot(QWidget):
    """Only shows; the words stand beside it."""

    def __init__(self, sign: Sign) -> None:
        super().__init__()
        self._sign = sign
        self.setFixedSize(16, 16)
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_sign(painter, QPointF(8, 8), self._sign)


def legend() -> Flow:
    """All signs, side by side where there is room."""
    entries = []
    for sign, label in LABELS.items():
        entry = QWidget()
        row = QHBoxLayout(entry)
        row.setContentsMargins(0, 0, 10, 0)
        row.setSpacing(5)
        row.addWidget(_SignDot(sign))
        row.addWidget(theme.styled(QLabel(label), role="small"))
        entries.append(entry)
    return Flow(entries)
