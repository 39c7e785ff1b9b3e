"""The control of a form that holds a text of several lines, to the byte."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QMimeData, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app import theme
from app.widgets.form_editors import Editor
from app.widgets.form_schema import Field

LEAST_LINES, MOST_LINES = 4, 9
"""Before it scrolls."""
ENDS = ("\n", "\r\n", "\r", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85")
"""What may stand at the end of a line; a line remembers which by its place here."""
_SPLIT = re.compile("(\r\n|[\n\r\u2029\x0b\x0c\x1c\x1d\x1e\x85])")


class Passage(QPlainTextEdit):
    """Gives back exactly the text that it was given: every line end, and spaces that do not break.

    Qt's own boxes know one kind of line end, and make one kind of space of all.
    """

    def text(self) -> str:
        parts: list[str] = []
        block = self.document().begin()
        while block.isValid():
            parts += [block.text(), ENDS[max(0, block.userState())]]
            block = block.next()
        return "".join(parts[:-1])

    def set_text(self, text: str) -> None:
        self.clear()
        self._insert(text, QTextCursor(self.document()))
        self.document().clearUndoRedoStacks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Shift and Return begin a line as Return does, not one of Qt's own within a paragraph."""
        if event.matches(QKeySequence.StandardKey.InsertLineSeparator):
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self._insert(source.text(), self.textCursor())
            self.ensureCursorVisible()

    def _insert(self, text: str, cursor: QTextCursor) -> None:
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        last = cursor.block().userState()
        number = cursor.blockNumber()
        pieces = _SPLIT.split(text)
        cursor.insertText("\n".join(pieces[::2]))
        cursor.endEditBlock()
        document = self.document()
        for place, end in enumerate(pieces[1::2]):
            document.findBlockByNumber(number + place).setUserState(ENDS.index(end))
        document.findBlockByNumber(number + len(pieces[1::2])).setUserState(last)


class PassageEditor(Editor):
    """It grows with what is written."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = Passage()
        self.box.setFont(theme.mono_font())
        self.box.setTabChangesFocus(True)
        if field.nullable:
            self.box.setPlaceholderText(field.none)
        self._add_control(self.box)
        self.box.textChanged.connect(self._changed)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> str | None:
        text = self.box.text()
        return None if self.field.nullable and not text else text

    def set_value(self, value: Any) -> None:
        text = value if isinstance(value, str) else ""
        if text != self.box.text():
            self.blockSignals(True)
            self.box.set_text(text)
            self.blockSignals(False)
        self._fit()

    @Slot()
    def _changed(self) -> None:
        self._fit()
        self.changed.emit()

    def _fit(self) -> None:
        lines = self.box.document().size().height()  # of a plain text, this counts lines as they wrap
        shown = max(LEAST_LINES, min(MOST_LINES, round(lines)))
        height = shown * self.box.fontMetrics().lineSpacing() + 24
        if height != self.box.minimumHeight():
            self.box.setFixedHeight(height)
