"""What one model writes: its name, what that costs, and the text, token by token."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QVBoxLayout

from app import theme
from app.figures import count, fixed
from app.panels.generation.side.texts import Text
from app.widgets.dot import Dot
from app.widgets.elided_label import ElidedLabel
from app.widgets.model_signs import ModelSign
from app.widgets.scrolled import ScrolledColumn
from app.widgets.token_text import TokenText
from app.widgets.words import Words

WIDE = 330
"""Pixels from which the figures stand beside the name."""
STOPPED = {
    "end": "Ended the text by itself.",
    "stop": "Stopped before a text that it was to stop at.",
    "context": "Its context is full.",
    "cancelled": "Was stopped.",
}
"""What is said of an end; that the length is reached goes without saying."""


class Column(QFrame):
    def __init__(self, sign: ModelSign) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.sign = sign
        self._lead = ""
        self.setAccessibleName(sign.name)
        self.name = ElidedLabel("subheading")
        self.name.say(sign.name)
        self.figures = theme.styled(QLabel(), role="small")
        self.figures.setTextFormat(Qt.TextFormat.PlainText)
        self.text = TokenText(f"What {sign.name} writes")
        self.view = ScrolledColumn()
        self.view.column.setContentsMargins(0, 0, 0, 0)
        self.view.column.addWidget(self.text)
        self.view.column.addStretch(1)
        self.view.setAccessibleName(f"What {sign.name} writes")
        self.end = Words(role="small")
        name = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        name.setSpacing(6)
        name.addWidget(Dot(sign.number))
        name.addWidget(self.name, 1)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(2)
        self._head.addLayout(name, 1)
        self._head.addWidget(self.figures)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(6)
        column.addLayout(self._head)
        column.addWidget(self.view)
        column.addWidget(self.end)
        column.addStretch(1)
        self.end.hide()

    def show_text(self, text: Text, lead: str) -> None:
        if lead != self._lead or text.tokens != self.text.tokens:  # else it has streamed in
            self._lead = lead
            self.text.show_tokens(text.tokens, text.text, lead)
        self.say(text)

    def say(self, text: Text) -> None:
        """The figures, as they are now."""
        rate = text.bits_per_byte
        parts = [] if rate is None else [f"{fixed(rate, 2)} bits per byte"]
        if text.tokens_per_second:
            parts.append(f"{count(round(text.tokens_per_second))} tokens/s")
        elif text.tokens:
            parts.append(_tokens(len(text.tokens)))
        words = " · ".join(parts)
        if words != self.figures.text():
            self.figures.setText(words)
        if text.tokens:
            said = f"{count(text.tokens[-1].end)} bytes in {_tokens(len(text.tokens))}"
            self.figures.setToolTip(said)
            self.setAccessibleDescription(f"{words}; {said}")
        self.end.say(STOPPED.get(text.stopped, ""))

    def fit(self, height: int) -> None:
        """Let the text have so much room, and scroll beyond."""
        if height != self.view.minimumHeight():
            self.view.setFixedHeight(height)

    @property
    def at_end(self) -> bool:
        bar = self.view.verticalScrollBar()
        return bar.value() >= bar.maximum() - 4

    def go_to_end(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.maximum())

    def show_place(self, number: int) -> None:
        """Scroll to a token."""
        if number >= len(self.text.tokens):  # it shows another text by now
            return
        place = self.text.place_of(number).center().toPoint()
        self.view.ensureVisible(place.x(), place.y() + self.text.y(), 0, 40)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._head.direction() is not way:
            self._head.setDirection(way)


def _tokens(number: int) -> str:
    return "1 token" if number == 1 else f"{count(number)} tokens"
