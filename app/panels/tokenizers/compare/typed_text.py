"""The box that the text for the ribbons is typed into: as high as its lines, and never too full."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from app import theme

MOST = 20_000
"""Characters: what is longer is for a run over files. A megabyte in one line would hold up the window."""
MOST_LINES = 6
"""Seen before it scrolls."""


class TypedText(QPlainTextEdit):
    shortened = Signal(int)
    """Something longer was pasted; so many characters were left out."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Text to cut into tokens")
        self.setPlaceholderText("Type or paste a text")
        self.setFont(theme.mono_font())
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    def text(self) -> str:
        """As it was typed or pasted: with no-break spaces, which `toPlainText` makes plain ones of."""
        raw = self.document().toRawText()
        return raw.replace("\u2029", "\n").replace("\u2028", "\n").replace("\ufdd0", "").replace("\ufdd1", "")

    def show_text(self, text: str) -> None:
        self.setPlainText(text[:MOST])

    def insertFromMimeData(self, source: QMimeData) -> None:
        room = max(0, MOST + 1 - self.document().characterCount() + len(self.textCursor().selectedText()))
        text = source.text()
        if len(text) > room:
            self.shortened.emit(len(text) - room)
            text = text[:room]
        self.insertPlainText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its first lines are, which differs from script to script."""
        line = self.fontMetrics().lineSpacing()
        block, height = self.document().firstBlock(), 0.0
        while block.isValid() and height < MOST_LINES * line:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        margins = 2 * round(self.document().documentMargin()) + self._frame()
        self.setFixedHeight(round(max(line, min(height, MOST_LINES * line * 1.25))) + margins)

    def _frame(self) -> int:
        """What the style sheet puts around the lines."""
        return self.height() - self.viewport().height() if self.isVisible() else 16
