"""Warnings of a run: one card a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.icons import Sign
from app.widgets.words import Words


class Warnings(QWidget):
    """One card a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._said: list[str] = []
        self.hide()

    @property
    def said(self) -> list[str]:
        return list(self._said)

    def say(self, sentences: Sequence[str]) -> None:
        if list(sentences) == self._said:
            return
        self._said = list(sentences)
        while (item := self._column.takeAt(0)) is not None:
            card = item.widget()
            if card is not None:
                card.hide()
                card.deleteLater()
        for sentence in self._said:
            self._column.addWidget(_warning(sentence))
        self.setVisible(bool(self._said))


def _warning(sentence: str) -> QFrame:
    card = theme.styled(QFrame(), card="warning")
    card.setAccessibleName(f"Warning: {sentence}")
    label = Words(sentence, selectable=True)
    row = QHBoxLayout(card)
    row.setContentsMargins(12, 8, 12, 8)
    row.setSpacing(8)
    row.addWidget(Sign("failed", "warning"), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label, 1)
    return card
