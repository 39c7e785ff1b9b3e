"""The text so far, to be typed on: each change asks for the next byte again."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QPushButton

from app import theme
from app.widgets.card import Card
from app.widgets.passage_editor import Passage
from app.widgets.words import Words

PAUSE = 200
"""Milliseconds without a key before it is asked."""
LINES = 4
HINT = "Type on, or click a bar: the next byte is asked for again."


class TextCard(Card):
    """Bytes that make up no character yet are kept beside the text."""

    changed = Signal()
    """`data` is another one, by a person's hand."""

    def __init__(self) -> None:
        super().__init__("The text so far")
        self._half = b""
        self._steps: list[bytes] = []
        """What there was before each byte that was chosen."""
        self.back = QPushButton("Take back")
        self.back.setToolTip("Take back the last byte that was chosen")
        self.back.clicked.connect(self.take_back)
        self.head.addWidget(self.back)
        self.box = Passage()
        self.box.setAccessibleName("The text so far")
        self.box.setTabChangesFocus(True)
        self.box.setFont(theme.mono_font())
        self.box.setFixedHeight(self.box.fontMetrics().lineSpacing() * LINES + 16)
        self.half = Words(role="muted")
        self.hint = Words(HINT, role="muted")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.changed)
        self.box.textChanged.connect(self._typed)
        for widget in (self.box, self.half, self.hint):
            self.column.addWidget(widget)
        self.show_data(b"")

    @property
    def data(self) -> bytes:
        return self.box.text().encode() + self._half

    def show_data(self, data: bytes) -> None:
        """A new beginning: nothing to be taken back."""
        self._steps = []
        self._put(data)

    def append(self, byte: int) -> None:
        """Go on with a byte."""
        self._steps.append(self.data)
        self._put(self.data + bytes([byte]))
        self.changed.emit()

    @Slot()
    def take_back(self) -> None:
        if self._steps:
            self._put(self._steps.pop())
            self.changed.emit()

    def _put(self, data: bytes) -> None:
        self._pause.stop()
        text, self._half = _whole(data)
        if self.box.text() != text:
            self.box.blockSignals(True)
            self.box.set_text(text)
            self.box.blockSignals(False)
            cursor = self.box.textCursor()
            cursor.movePosition(cursor.MoveOperation.End)
            self.box.setTextCursor(cursor)
        self._say()

    @Slot()
    def _typed(self) -> None:
        self._half, self._steps = b"", []
        self._say()
        self._pause.start()

    def _say(self) -> None:
        spelt = " ".join(f"0x{byte:02X}" for byte in self._half)
        self.half.say(f"and then the beginning of a character: {spelt}" if self._half else "")
        self.back.setEnabled(bool(self._steps))


def _whole(data: bytes) -> tuple[str, bytes]:
    """The characters, and what follows the last whole one."""
    try:
        return data.decode(), b""
    except UnicodeDecodeError as error:
        return data[: error.start].decode(), data[error.start :]
