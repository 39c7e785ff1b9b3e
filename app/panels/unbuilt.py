"""Panels that are not built yet: each says in one sentence what will be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import theme
from app.icons import Sign
from app.panels.panel import Panel

if TYPE_CHECKING:
    from app.session import Session


class UnbuiltPanel(Panel):
    sentence: ClassVar[str] = ""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        words = theme.styled(QLabel(self.sentence), role="muted")
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setMaximumWidth(560)
        centred = QHBoxLayout()
        centred.addStretch(1)
        centred.addWidget(words, 4)
        centred.addStretch(1)
        card = theme.styled(QFrame(), card="plain")
        column = QVBoxLayout(card)
        column.addStretch(2)
        column.addWidget(Sign(self.key, "muted", 36), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addLayout(centred)
        column.addStretch(3)
        self.set_page("", card)


class TokenizersPanel(UnbuiltPanel):
    key, title = "tokenizers", "Tokenizers"
    sentence = (
        "Not built yet: here you will lay tokenizers side by side on your own text, "
        "byte by byte, and see what each of them costs you."
    )


class RetrievalPanel(UnbuiltPanel):
    key, title = "retrieval", "Retrieval"
    sentence = (
        "Not built yet: here you will test embedding models, poolings and indexes on a collection, "
        "with intervals, and see why one beats another."
    )


class GenerationPanel(UnbuiltPanel):
    key, title = "generation", "Generation"
    sentence = (
        "Not built yet: here two or more models will write side by side, "
        "down to the exact probabilities of the next byte."
    )
