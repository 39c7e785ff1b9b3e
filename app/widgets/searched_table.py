"""A long table of figures with a line to filter it, how many rows that leaves, and a button to export it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.figures import count
from app.icons import icon
from app.widgets.figures_table import Column, FiguresTable

if TYPE_CHECKING:
    from app.session import Session

REST = 120
"""Milliseconds of quiet before what was typed is looked for."""


class SearchedTable(QWidget):
    """`what` is in the rows, in the plural: ``tokens``. Looked for in the columns of text, in any case."""

    def __init__(
        self,
        session: Session,
        title: str,
        columns: Sequence[Column],
        *,
        stretched: int,
        what: str = "rows",
        lines: int = 12,
    ) -> None:
        super().__init__()
        self._what = what
        self.table = FiguresTable(session, title, columns, stretched=stretched, lines=lines)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Filter")
        self.line.setClearButtonEnabled(True)
        self.line.setAccessibleName(f"Filter: {title}")
        self.line.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.line.setMaximumWidth(320)
        self.number = theme.styled(QLabel(), role="small")
        self.number.setFont(theme.figures_font())
        self.export = QPushButton("Export…")
        self.export.setAccessibleName(f"Export: {title}")
        self.export.clicked.connect(self.table.export)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.line, 3)
        row.addWidget(self.number)
        row.addStretch(1)
        row.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.table)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._filter)
        self.line.textChanged.connect(lambda _: self._timer.start())

    def show_rows(self, rows: Sequence[Any], title: str = "") -> None:
        """`title`: what the table is called from now on."""
        self.table.show_rows(rows)
        if title:
            self.table.set_title(title)
            self.line.setAccessibleName(f"Filter: {title}")
            self.export.setAccessibleName(f"Export: {title}")
        self._say()

    @Slot()
    def _filter(self) -> None:
        query = self.line.text().casefold()
        columns = [column for column in self.table.figures.columns if not column.right]

        def wanted(row: Any) -> bool:
            for column in columns:
                value = column.value(row)
                if value is not None and (
                    query in str(value).casefold() or query in column.text(value).casefold()
                ):
                    return True
            return False

        self.table.keep(wanted if query else None)
        self._say()

    def _say(self) -> None:
        total, shown = self.table.figures.total, len(self.table.figures.rows)
        words = f"{count(total)} {self._what}"
        self.number.setText(words if shown == total else f"{count(shown)} of {words}")
        self.export.setEnabled(shown > 0)
