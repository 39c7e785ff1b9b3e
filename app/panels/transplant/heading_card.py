"""The answer first: the sentence, the counts, where the rows come from, and what can be done with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QVBoxLayout

from app import theme
from app.panels.transplant import words
from app.widgets.flow import Flow
from app.widgets.stacked_bar import Part, StackedBar
from app.widgets.words import Words

if TYPE_CHECKING:
    from core.project.records import RunRecord
    from core.transplant.result import TransplantResult

PARTS = (
    ("exact", "copied", "copied", "Both vocabularies have them: the base's own rows."),
    ("special", "by role", "role", "Begin, end, padding and their like, matched by what they are for."),
    ("byte", "by byte", "byte", "Single bytes, matched by their value."),
    ("method", "approximated", "approximated", "The base has no such token: the method made their rows."),
    ("fallback", "by the mean", "fallback", "The method could not make their rows: they are the mean."),
)
"""Source of a row, its label, its colour (a token of the theme), what it means."""
LISTED = "method"
"""The part whose tokens are listed below."""


class HeadingCard(QFrame):
    verb = Signal(str)
    """``command``, ``folder`` or ``again`` was pressed."""
    part_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.sentence = Words(role="heading", selectable=True)
        self.facts = Words(role="muted", selectable=True)
        self.facts.setFont(theme.figures_font())
        self.bar = StackedBar("Where the rows come from")
        self.bar.part_chosen.connect(self.part_chosen)
        self.command = self._button("command", "Show the command")
        self.folder = self._button("folder", "Open folder")
        self.again = self._button("again", "Run again")
        self.compare = QPushButton("Compare…")
        self.compare_menu = QMenu(self.compare)
        self.compare.setMenu(self.compare_menu)
        self.buttons = Flow((self.command, self.folder, self.again, self.compare))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(self.sentence)
        column.addWidget(self.facts)
        column.addWidget(self.bar)
        column.addWidget(self.buttons)

    def _button(self, key: str, label: str) -> QPushButton:
        button = QPushButton(label)
        button.clicked.connect(lambda: self.verb.emit(key))
        return button

    def show_result(self, run: RunRecord, result: TransplantResult) -> None:
        self.sentence.setText(words.heading(result))
        self.sentence.show()
        self.facts.setText(words.facts(result, run.id))
        self._show_sources(result.sources)
        self.buttons.show()

    def show_so_far(self, result: TransplantResult) -> None:
        """What is known of a run that still goes."""
        self.sentence.hide()
        self.facts.setText(words.counts(result))
        self._show_sources(result.sources)
        self.buttons.hide()

    def _show_sources(self, sources: dict[str, int]) -> None:
        self.bar.show_parts(
            [
                Part(key, label, sources.get(key, 0), color, meaning, opens=key == LISTED)
                for key, label, color, meaning in PARTS
            ]
        )
        self.bar.setVisible(bool(self.bar.parts))
