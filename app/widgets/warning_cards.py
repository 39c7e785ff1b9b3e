"""Warnings of a run: one card a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.icons import Sign
from app.widgets.words import Words

Acts = Mapping[str, tuple[str, Callable[[], object]]]
_NONE: Acts = {}


class Warnings(QWidget):
    """One card a sentence; some with a button at its end."""

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

    def say(self, sentences: Sequence[str], acts: Acts = _NONE) -> None:
        """`acts`: sentence → the label of a button beside it, and what that does."""
        if list(sentences) == self._said and not acts:
            return
        self._said = list(sentences)
        while (item := self._column.takeAt(0)) is not None:
            card = item.widget()
            if card is not None:
                card.hide()
                card.deleteLater()
        for sentence in self._said:
            self._column.addWidget(_warning(sentence, acts.get(sentence)))
        self.setVisible(bool(self._said))


def _warning(sentence: str, act: tuple[str, Callable[[], object]] | None) -> QFrame:
    card = theme.styled(QFrame(), card="warning")
    card.setAccessibleName(f"Warning: {sentence}")
    label = Words(sentence, selectable=True)
    row = QHBoxLayout(card)
    row.setContentsMargins(12, 8, 12, 8)
    row.setSpacing(8)
    row.addWidget(Sign("failed", "warning"), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label, 1)
    if act is not None:
        title, do = act
        button = theme.styled(QPushButton(title), kind="link")
        button.setAccessibleDescription(sentence)
        button.clicked.connect(lambda: do())
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return card
