"""What to do here: the page of a project without runs, and of a window without a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app import theme
from app.icons import Sign


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

    def show_offers(self, title: str, sentence: str, offers: Sequence[Offer]) -> None:
        """Replace the page; the first offer is the one proposed."""
        page = QWidget()
        column = QVBoxLayout()
        column.setSpacing(12)
        heading = theme.styled(QLabel(title), role="title")
        heading.setTextFormat(Qt.TextFormat.PlainText)
        words = theme.styled(QLabel(sentence), role="muted")
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        column.addWidget(heading)
        column.addWidget(words)
        column.addSpacing(8)
        for place, offer in enumerate(offers):
            column.addWidget(_card(offer, first=place == 0))
        column.addStretch(1)
        inner = QWidget()
        inner.setLayout(column)
        inner.setMaximumWidth(760)
        row = QHBoxLayout(page)
        row.setContentsMargins(24, 24, 24, 24)
        row.addStretch(1)
        row.addWidget(inner, 8)
        row.addStretch(1)
        self.setWidget(page)


def _card(offer: Offer, *, first: bool) -> QFrame:
    card = theme.styled(QFrame(), card="plain")
    title = theme.styled(QLabel(offer.title), role="subheading")
    sentence = theme.styled(QLabel(offer.sentence), role="muted")
    for label in (title, sentence):
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
    button = theme.styled(QPushButton(offer.verb), kind="primary" if first else "")
    button.setMinimumWidth(150)
    button.setAccessibleDescription(offer.sentence)
    button.clicked.connect(lambda: offer.run())
    text = QVBoxLayout()
    text.setSpacing(2)
    text.addWidget(title)
    text.addWidget(sentence)
    row = QHBoxLayout(card)
    row.setContentsMargins(16, 14, 16, 14)
    row.setSpacing(16)
    row.addWidget(Sign(offer.icon, "accent", 22), 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(text, 1)
    row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
    return card
