"""The queries of an evaluation: searched, sorted by how far two systems are apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout

from app import theme
from app.figures import count, fixed
from app.icons import icon
from app.panels.retrieval.why.opened import Asked
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.segmented import Segmented

if TYPE_CHECKING:
    from app.session import Session

REST = 120
"""Milliseconds of quiet before what was typed is looked for."""
TIE = 1e-9
WIDE = 520
"""Pixels from which the values of both systems are shown."""
ALL, BETTER, WORSE, EQUAL = "all", "better", "worse", "equal"
QUERY, FIRST, SECOND, DIFFERENCE = 0, 1, 2, 3


class QueriesCard(QFrame):
    chosen = Signal(object)
    """An `Asked`, or None."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.setAccessibleName("Queries")
        self._queries: Sequence[Asked] = ()
        self._pair, self._measure = ("", ""), ""
        self._quiet = False
        self._kept: frozenset[str] | None = None
        self.line = QLineEdit()
        self.line.setPlaceholderText("Search the queries")
        self.line.setAccessibleName("Search the queries")
        self.line.setClearButtonEnabled(True)
        self.line.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.which = Segmented(
            "Queries", ((ALL, "All"), (BETTER, "Better"), (WORSE, "Worse"), (EQUAL, "Equal"))
        )
        self.table = FiguresTable(session, "Queries", self._columns(), stretched=QUERY, lines=None, least=120)
        self.number = theme.styled(QLabel(), role="small")
        self.number.setFont(theme.figures_font())
        row = QHBoxLayout()
        row.addWidget(self.which)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.setSpacing(8)
        column.addWidget(self.line)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addWidget(self.number)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._filter)
        self.line.textChanged.connect(lambda _: self._timer.start())
        self.which.chosen.connect(self._filter)
        self.table.row_chosen.connect(self._on_row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What each system reached is shown where there is room for it beside the queries."""
        one = self._pair[0] == self._pair[1]
        wide = self.width() >= WIDE
        self.table.setColumnHidden(FIRST, not (wide or one))
        self.table.setColumnHidden(SECOND, one or not wide)

    # What is listed

    def show_queries(self, queries: Sequence[Asked], pair: tuple[str, str], measure: str) -> None:
        """Those of an evaluation as two systems answered them, the first system's gains on top."""
        self._queries, self._pair, self._measure = queries, pair, measure
        self._quiet = True
        self.table.figures.set_columns(self._columns())
        one = pair[0] == pair[1] or not pair[1]
        rows = sorted(
            queries, key=lambda query: (self._difference(query) is None, -(self._difference(query) or 0))
        )
        self.table.show_rows(list(queries) if one else rows)
        self.table.setColumnHidden(DIFFERENCE, one)
        self.which.setVisible(not one)
        self._fit()
        self._quiet = False
        self._filter()

    def choose(self, id: str) -> bool:
        """Look at one of them; False where it is not among those listed."""
        for row, query in enumerate(self.table.figures.rows):
            if query.id == id:
                self.table.selectRow(row)
                self.table.scrollTo(self.table.figures.index(row, QUERY))
                return True
        return False

    def keep(self, queries: Sequence[str] | None) -> None:
        """List some of them only, by their ids; all with None."""
        self._kept = None if queries is None else frozenset(queries)
        self._filter()

    def clear_filter(self) -> None:
        self._kept = None
        self.line.clear()
        self.which.choose(ALL)
        self._filter()

    def _columns(self) -> tuple[Column, ...]:
        first, second = self._pair

        def shown(value: float) -> str:
            return fixed(value, 3)

        return (
            Column("query", lambda query: query.text, raw=lambda query: f"{query.id} {query.text}"),
            Column("first", lambda query: query.value(first, self._measure), shown, right=True, tip=first),
            Column("second", lambda query: query.value(second, self._measure), shown, right=True, tip=second),
            Column(
                "difference",
                self._difference,
                lambda value: fixed(value, 3, signed=True),
                right=True,
                tip=f"{self._measure} of the first less that of the second",
                color=self._color,
            ),
        )

    def _difference(self, query: Asked) -> float | None:
        return query.difference(*self._pair, self._measure)

    def _color(self, query: Any) -> str:
        value = self._difference(query) or 0.0
        return "success" if value > TIE else "warning" if value < -TIE else ""

    @Slot()
    def _filter(self) -> None:
        words = self.line.text().casefold().split()
        which = self.which.key

        def wanted(query: Asked) -> bool:
            if self._kept is not None and query.id not in self._kept:
                return False
            said = f"{query.id} {query.text}".casefold()
            if not all(word in said for word in words):
                return False
            value = self._difference(query)
            if which == ALL or value is None:
                return which == ALL
            side = BETTER if value > TIE else WORSE if value < -TIE else EQUAL
            return side == which

        kept = self.table.selectionModel().currentIndex()
        before = self.table.record(kept.row()).id if kept.isValid() else None
        self._quiet = True
        self.table.keep(wanted if words or which != ALL or self._kept is not None else None)
        self._quiet = False
        if before is not None:
            self.choose(before)
        total, shown = self.table.figures.total, len(self.table.figures.rows)
        self.number.setText(
            f"{count(total)} queries" if shown == total else f"{count(shown)} of {count(total)} queries"
        )

    @Slot(object)
    def _on_row(self, query: Any) -> None:
        if not self._quiet and query is not None:
            self.chosen.emit(query)
