"""What now, where two tokenizers cut numbers differently: remedies, and numbers as the two cut them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.figures import count
from app.floating import Floating
from app.icons import icon
from app.widgets.scrolled import ScrolledColumn
from app.widgets.words import Words

if TYPE_CHECKING:
    from core.transplant.result import DigitsFigures

REMEDY = (
    "Give the target tokenizer the base's way with digits (its pre-tokenizer can split them so) and "
    "transplant again; or plan a short training on text with numbers, as the tool Heal does."
)
WIDTH, HEIGHT = 680, 470


class DigitsSheet(Floating):
    """``DigitsSheet(window, digits).open()``; gone for good when closed."""

    def __init__(self, window: QWidget, digits: DigitsFigures) -> None:
        super().__init__(window)
        self.setAccessibleName("Numbers as the two tokenizers cut them")
        heading = theme.styled(QLabel("Numbers are cut differently"), role="subheading")
        self.close_it = theme.styled(QPushButton(icon("close"), ""), kind="quiet")
        self.close_it.setAccessibleName("Close")
        self.close_it.setToolTip("Close (Esc)")
        self.close_it.clicked.connect(self.close_and_return)
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(self.close_it)
        self.remedy = Words(digits.remedy or REMEDY, selectable=True)
        self.same = Words(_share(digits), "muted", selectable=True)
        body = ScrolledColumn()
        body.column.setContentsMargins(0, 0, 8, 0)
        body.column.setSpacing(10)
        groups = Words(f"The base: {digits.base}\nThe target: {digits.target}", "muted", selectable=True)
        for widget in (self.remedy, groups, self.same):
            body.column.addWidget(widget)
        if digits.examples:
            body.column.addLayout(_examples(digits))
        body.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 12, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(body, 1)
        self.closed.connect(self.deleteLater)

    def open(self) -> None:
        super().open()
        self.close_it.setFocus()

    def place(self) -> None:
        window = self.window()
        width, height = min(WIDTH, window.width() - 80), min(HEIGHT, window.height() - 120)
        self.setGeometry((window.width() - width) // 2, (window.height() - height) // 2, width, height)


def _share(digits: DigitsFigures) -> str:
    of = f"{count(digits.numbers)} sampled numbers" if digits.numbers else "the sampled numbers"
    return (
        f"Of {of}, {100 * digits.same:.0f}\u00a0% are cut alike. "
        "A model that reads them in other pieces than it was trained on calculates worse; nothing else of a "
        "transplant harms it as much (arXiv 2506.06607)."
    )


def _examples(digits: DigitsFigures) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(6)
    for place, title in enumerate(("number", "the base's pieces", "the target's pieces")):
        grid.addWidget(theme.styled(_plain(title), role="small"), 0, place)
    for line, cells in enumerate(digits.examples, 1):
        for place, text in enumerate(cells):
            label = _plain(" · ".join(text.split("|")) if place else text)
            label.setFont(theme.mono_font())
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, line, place)
    grid.setColumnStretch(3, 1)
    return grid


def _plain(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
