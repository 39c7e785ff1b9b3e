"""The head of a table, and what each of its columns is for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox

from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.form_editors import CalmWheel
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.collections.inspect import Head

ROLES = {
    "": "Not used",
    "id": "Id",
    "title": "Title",
    "text": "Text",
    "query": "Query",
    "positive": "Answer",
    "negative": "Negative",
    "grade": "Grade",
}
"""Role → what a person reads. Only *text* may be several columns'."""
EXAMPLES = ("query", "positive", "negative", "grade")
DOCUMENTS = ("id", "title", "text")
HELP = "Each row is a document. Say what the columns are for; several of text are joined."
HELP_EXAMPLES = "Each row is a query and what answers it: the answers become the documents."
MOST_COLUMNS = 40
"""That are shown; the others can be named in the form."""
NARROWEST, WIDEST = 128, 320
"""Of a column, in pixels."""
LINES = 9


class HeadTable(FiguresTable):
    """Columns of a file, none wider than can be looked over."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "First rows", (), stretched=0, lines=LINES, sortable=False)

    def show_head(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.figures.set_columns([Column(name, partial(_cell, place)) for place, name in enumerate(columns)])
        lengths = [sum(len(row[place]) for row in rows) for place in range(len(columns))]
        self._stretched = lengths.index(max(lengths))
        self.show_rows(rows)

    def _width(self, column: int) -> int:
        return max(NARROWEST, min(WIDEST, super()._width(column)))

    def _stretch(self) -> None:
        """The row of the drop-downs is higher than the others."""
        super()._stretch()
        if self.figures.rows:
            self.setFixedHeight(
                self.height() + self.rowHeight(0) - self.verticalHeader().defaultSectionSize()
            )


class ColumnsCard(Card):
    """Hidden where the source is no table."""

    chosen = Signal(dict)
    """A person gave a column another role: role → columns, those without any left out."""

    def __init__(self, session: Session) -> None:
        super().__init__("Columns")
        self.words = Words(role="muted")
        self.table = HeadTable(session)
        self.boxes: list[QComboBox] = []
        self._shown: tuple[list[str], list[list[str]]] = ([], [])
        self._calm = CalmWheel(self)
        self.column.addWidget(self.words)
        self.column.addWidget(self.table)
        self.hide()

    def show_head(self, head: Head | None) -> None:
        """The first row of the table holds the drop-downs."""
        if head is None or head.kind != "table" or not head.columns:
            self.hide()
            return
        columns = head.columns[:MOST_COLUMNS]
        if (columns, head.rows) != self._shown:
            self._shown = (columns, head.rows)
            self.table.show_head(columns, [[""] * len(columns), *head.rows])
            self._make_boxes(columns)
        for box, column in zip(self.boxes, columns, strict=True):
            box.blockSignals(True)
            box.setCurrentIndex(box.findData(head.roles.get(column, "")))
            box.blockSignals(False)
        self.title.setText(head.format)
        self.words.setText(HELP_EXAMPLES if "query" in head.roles.values() else HELP)
        self.show()

    def roles(self) -> dict[str, list[str]]:
        """Role → its columns, as the drop-downs say."""
        found: dict[str, list[str]] = {}
        for column, box in zip(self._shown[0], self.boxes, strict=True):
            if box.currentData():
                found.setdefault(box.currentData(), []).append(column)
        return found

    def _make_boxes(self, columns: Sequence[str]) -> None:
        self.boxes = [self._box(column) for column in columns]
        for place, box in enumerate(self.boxes):
            self.table.setIndexWidget(self.table.figures.index(0, place), box)
        if self.boxes:
            self.table.setRowHeight(0, self.boxes[0].sizeHint().height() + 4)

    def _box(self, column: str) -> QComboBox:
        box = QComboBox()
        for role, words in ROLES.items():
            box.addItem(words, role)
        box.setAccessibleName(f"What the column {column} is for")
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.installEventFilter(self._calm)
        box.activated.connect(partial(self._choose, box))
        return box

    def _choose(self, box: QComboBox, _: int) -> None:
        """A role other than *Text* is one column's, and documents and examples exclude each other."""
        role = box.currentData()
        others = [other for other in self.boxes if other is not box]
        barred = EXAMPLES if role in DOCUMENTS else DOCUMENTS if role in EXAMPLES else ()
        for other in others:
            theirs = other.currentData()
            if theirs in barred or (theirs == role and role != "text"):
                other.setCurrentIndex(0)
        self.chosen.emit(self.roles())


def _cell(place: int, row: Sequence[str]) -> str:
    return row[place]
