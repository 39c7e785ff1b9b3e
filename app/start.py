"""What to do here: the page of a project without runs, and of a window without a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.icons import Sign

TWO_FROM = 760
"""Pixels from which the offers after the first stand in two columns."""


@dataclass(frozen=True)
class Offer:
    """One thing to do: an icon, a title, a sentence on what it gives, a verb and what the verb does."""

    icon: str
    title: str
    sentence: str
    verb: str
    run: Callable[[], object]


class StartPage(QScrollArea):
    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("What you can do here")
        self._cards: list[_Card] = []
        self._grid = QGridLayout()

    def show_offers(self, title: str, sentence: str, offers: Sequence[Offer]) -> None:
        """Replace the page; the first offer is the one proposed."""
        page = QWidget()
        heading = theme.styled(QLabel(title), role="title")
        heading.setTextFormat(Qt.TextFormat.PlainText)
        words = theme.styled(QLabel(sentence), role="muted")
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        self._cards = [_Card(offer, first=place == 0) for place, offer in enumerate(offers)]
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(heading)
        column.addSpacing(4)
        column.addWidget(words)
        column.addSpacing(12)
        column.addLayout(self._grid)
        column.addStretch(1)
        inner = QWidget()
        inner.setLayout(column)
        inner.setMaximumWidth(960)
        row = QHBoxLayout(page)
        row.setContentsMargins(24, 24, 24, 24)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self._place()
        self.setWidget(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """The first over the whole width, the others side by side where there is room for two."""
        two = self.viewport().width() >= TWO_FROM
        for number, card in enumerate(self._cards):
            self._grid.removeWidget(card)
            card.stack(two and number > 0)
            if not two or number == 0:
                self._grid.addWidget(card, number, 0, 1, 2)
            else:
                self._grid.addWidget(card, 1 + (number - 1) // 2, (number - 1) % 2)
        for place in (0, 1):
            self._grid.setColumnStretch(place, 1)


class _Card(QFrame):
    """Its button stands beside the sentence, or under it."""

    def __init__(self, offer: Offer, *, first: bool) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        title = theme.styled(QLabel(offer.title), role="subheading")
        sentence = theme.styled(QLabel(offer.sentence), role="muted")
        for label in (title, sentence):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.button = theme.styled(QPushButton(offer.verb), kind="primary" if first else "")
        self.button.setMinimumWidth(150)
        self.button.setAccessibleDescription(offer.sentence)
        self.button.clicked.connect(lambda: offer.run())
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(title)
        text.addWidget(sentence)
        text.addStretch(1)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.addLayout(text, 1)
        self._body.addWidget(self.button)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(16)
        row.addWidget(Sign(offer.icon, "accent", 22), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._body, 1)

    def stack(self, under: bool) -> None:
        directions = QBoxLayout.Direction
        self._body.setDirection(directions.TopToBottom if under else directions.LeftToRight)
        self._body.setSpacing(10 if under else 16)
        place = Qt.AlignmentFlag.AlignLeft if under else Qt.AlignmentFlag.AlignVCenter
        self._body.setAlignment(self.button, place)
