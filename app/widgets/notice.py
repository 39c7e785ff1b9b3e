"""A card with a sign and a sentence, in the middle of a page that has nothing else to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app import theme
from app.icons import Sign
from app.widgets.words import Words


class Notice(QFrame):
    """`icon` is a name of ``resources/icons``. Buttons may be added to `foot`."""

    def __init__(self, icon: str, sentence: str) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.sign = Sign(icon, "muted", 36)
        self.words = Words(sentence, "muted")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setMaximumWidth(560)
        centred = QHBoxLayout()
        centred.addStretch(1)
        centred.addWidget(self.words, 4)
        centred.addStretch(1)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addLayout(self.foot)
        middle.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addLayout(centred)
        column.addSpacing(8)
        column.addLayout(middle)
        column.addStretch(3)
