"""One document in full, with the words that it shares with the query."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QTextEdit

from app import theme
from app.panels.retrieval.why.matched import matches
from app.widgets.card import Card
from app.widgets.tooltip import tooltip
from app.widgets.words import Words

if TYPE_CHECKING:
    from core.retrieval.record.inspect import Document

MOST_LINES, LONGEST_NAME = 12, 20
LONGEST = 20_000
"""Characters that are shown."""


class DocumentCard(Card):
    asked = Signal(str)
    """A system whose model is to explain the document's score."""

    def __init__(self) -> None:
        super().__init__("Document")
        self.facts = Words(role="small", selectable=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Text of the document")
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.column.addWidget(self.facts)
        self.column.addWidget(self.text)
        self._terms: frozenset[str] = frozenset()
        self.id = ""
        """Of the document shown."""
        self.buttons: list[QPushButton] = []
        theme.current().changed.connect(self._mark)
        self.hide()

    def offer(self, systems: Sequence[str]) -> None:
        """Those that have a model to ask."""
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = [QPushButton("Explain with the model") for _ in systems]
        for button, name in zip(self.buttons, systems, strict=True):
            if len(systems) > 1:
                button.setText(
                    f"Explain with {name if len(name) <= LONGEST_NAME else f'{name[:LONGEST_NAME]}…'}"
                )
            button.setToolTip(tooltip(f"What each word does for the score that {name} gives"))
            button.setAccessibleName(f"Explain with the model of {name}")
            button.clicked.connect(partial(self.asked.emit, name))
            self.head.addWidget(button)

    def show_document(self, document: Document | None, id: str, facts: str, terms: frozenset[str]) -> None:
        """`document` is None where its text is not kept."""
        self.id = id
        self._terms = terms
        title = document.title if document is not None and document.title else ""
        self.title.setText(f"{id} · {title}" if title else id)
        self.facts.say(facts)
        self.text.setPlainText(document.text[:LONGEST] if document is not None else "Its text is not kept.")
        self._mark()
        self.show()
        self._fit()

    def _mark(self) -> None:
        """The terms bold and underlined."""
        text = self.text.toPlainText()
        look = QTextCharFormat()
        look.setFontUnderline(True)
        look.setFontWeight(QFont.Weight.DemiBold)
        marks = []
        for start, end in matches(text, self._terms):
            mark: Any = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.text.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            mark.cursor, mark.format = cursor, look
            marks.append(mark)
        self.text.setExtraSelections(marks)

    def _fit(self) -> None:
        room = max(200, self.text.viewport().width() or 500)
        metrics = self.text.fontMetrics()
        wide = max(1, room // max(1, metrics.averageCharWidth()))
        lines = sum(1 + len(line) // wide for line in self.text.toPlainText().split("\n"))
        self.text.setFixedHeight((min(MOST_LINES, lines) + 1) * metrics.lineSpacing() + 18)
