"""The map, a query to be shown on it, and beside it the documents that were brushed or belong to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QCompleter, QMenu, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.figures import count
from app.panels.retrieval.map import words
from app.panels.retrieval.map.legend import SHORT, legend
from app.widgets.card import Card
from app.widgets.density_map import HEIGHT, DensityMap, Mark, Sign
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.pictures import offer_picture
from app.widgets.side_by_side import SideBySide
from app.widgets.words import Words
from core.retrieval.map.inspect import Document, Map, Query

if TYPE_CHECKING:
    from app.session import Session

LISTED = 500
"""Documents in the list at most."""
NEAREST = 10
"""Documents nearest to a query that count as found."""
WIDE = 560
"""Pixels from which what belongs to the map stands beside it."""
NONE = "No query"
TIP = (
    "Drag to move, Shift and drag to brush, Ctrl and the wheel to zoom. With keys: arrows, plus, minus, 0 "
    "for all, Return to list what is seen."
)


@dataclass(frozen=True, eq=False)
class Opened:
    map: Map
    points: NDArray[np.float32]
    asked: NDArray[np.float32]
    """Where the queries are."""
    queries: list[Query]


@dataclass(frozen=True)
class Row:
    document: Document
    sign: str


COLUMNS = (
    Column("document", lambda row: row.document.name),
    Column("", lambda row: row.sign or None),
    Column("id", lambda row: row.document.id),
)


class MapCard(Card):
    def __init__(self, session: Session, fill_menu: Callable[[QMenu], None]) -> None:
        super().__init__("Map")
        self._session = session
        self._opened: Opened | None = None
        self._folder: Path | None = None
        self._names: dict[int, str] = {}
        self.map = DensityMap("Map of the collection", self._name)
        self.map.setMinimumHeight(HEIGHT)
        offer_picture(self.map, session, fill_menu)
        self.query = QComboBox()
        self.query.setEditable(True)
        self.query.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.query.setAccessibleName("Query shown on the map")
        self.query.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        completer = self.query.completer()
        assert completer is not None  # a box that can be edited has one
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.query.currentIndexChanged.connect(self._ask)
        self.said = Words(role="muted")
        self.table = FiguresTable(session, "Documents on the map", COLUMNS, stretched=0, lines=None)
        self.table.row_chosen.connect(self._point_out)
        self.brush = QPushButton("Brush")
        self.brush.setCheckable(True)
        self.brush.setAccessibleName("Brush: dragging selects documents")
        self.brush.toggled.connect(self.map.set_brushing)
        self.all = QPushButton("Show all")
        self.all.clicked.connect(self.map.show_all)
        for button in (self.brush, self.all):
            self.head.addWidget(button)
        self._lay_out()
        self.map.brushed.connect(self._list_brushed)
        self.map.chosen.connect(self._choose)

    def _lay_out(self) -> None:
        beside = QWidget()
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.legend = legend()
        for widget in (self.query, self.legend, self.said):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        self.column.addWidget(SideBySide([self.map], [beside], shares=(3, 2), wide=WIDE), 1)
        self.column.addWidget(theme.styled(Words(TIP), role="small"))

    # What it shows

    def show_map(self, folder: Path) -> None:
        """Read a map, and show all of it."""
        self._folder = folder
        self._session.ask(_opened, folder, then=self._show, failed=self._fail, owner=self, key="map")

    def _show(self, opened: Opened) -> None:
        self._opened, self._names = opened, {}
        self.map.show_points(opened.points)
        self.query.blockSignals(True)
        self.query.clear()
        self.query.addItem(NONE)
        self.query.addItems([query.text or query.id for query in opened.queries])
        self.query.setCurrentIndex(0)
        self.query.blockSignals(False)
        self.legend.setVisible(False)
        self._show_rows([])
        self.said.say(f"{count(len(opened.points))} documents. Brush some of them, or choose a query.")

    def _fail(self, error: Exception) -> None:
        self._opened = None
        self.map.show_points(np.zeros((0, 2), dtype=np.float32))
        self._show_rows([])
        self.said.say(str(error))

    def _name(self, number: int) -> str:
        if number not in self._names:
            found = self._opened.map.documents([number]) if self._opened else []
            self._names[number] = found[0].name if found else str(number)
        return self._names[number]

    # What a person does

    @Slot(int)
    def _ask(self, place: int) -> None:
        """Show a query and what belongs to it; the first entry shows none."""
        opened = self._opened
        if opened is None:
            return
        self.map.show_selected(np.zeros(0, dtype=np.int64))
        line = self.query.lineEdit()
        if line is not None:
            line.setCursorPosition(0)
        if place <= 0:
            self.map.show_marks(())
            self.legend.setVisible(False)
            self._show_rows([])
            self.said.say("")
            return
        query = opened.queries[place - 1]
        relevant = {document for document, grade in opened.map.judged(query.number).items() if grade > 0}
        found = opened.map.found(query.number)[:NEAREST]
        signs = {number: Sign.RELEVANT if number in relevant else Sign.OTHER for number in found}
        signs.update((number, Sign.MISSED) for number in sorted(relevant - set(found)))
        drawn = sorted(signs.items(), key=lambda item: item[1] is not Sign.OTHER)
        start = opened.asked[query.number]
        self.map.show_marks([Mark(number, sign) for number, sign in drawn], start)
        self._bring(list(signs), start)
        self.legend.setVisible(True)
        self.said.say(words.of_query(len(relevant & set(found)), len(relevant), len(found)))
        self._list([number for number, _ in signs.items()], signs)

    def _bring(self, numbers: list[int], start: NDArray[np.float32]) -> None:
        """Into view what is not."""
        opened = self._opened
        if opened is None:
            return
        places = [self.map.place(opened.points[number]).toPoint() for number in numbers]
        if not all(self.map.rect().contains(place) for place in [*places, self.map.place(start).toPoint()]):
            self.map.look_at(numbers, start)

    @Slot(object)
    def _list_brushed(self, numbers: NDArray[np.int64]) -> None:
        self.map.show_selected(numbers)
        shown = numbers[:LISTED].tolist()
        self.said.say(words.selected(len(numbers), len(shown)))
        self._list(shown, {mark.point: mark.sign for mark in self.map.marks})

    @Slot(int)
    def _choose(self, number: int) -> None:
        self._list_brushed(np.array([number], dtype=np.int64))

    def _list(self, numbers: list[int], signs: dict[int, Sign]) -> None:
        opened = self._opened
        if opened is None:
            return

        def show(documents: list[Document]) -> None:
            if opened is not self._opened:
                return
            rows = [
                Row(document, SHORT[signs[document.number]] if document.number in signs else "")
                for document in documents
            ]
            self._show_rows(rows)

        self._session.ask(opened.map.documents, numbers, then=show, owner=self, key="listed")

    def _show_rows(self, rows: list[Row]) -> None:
        self.table.setVisible(bool(rows))
        self.table.show_rows(rows)

    @Slot(object)
    def _point_out(self, row: Row | None) -> None:
        opened = self._opened
        if row is None or opened is None:
            self.map.point_out(-1)
            return
        self.map.point_out(row.document.number)
        place = self.map.place(opened.points[row.document.number]).toPoint()
        if not self.map.rect().contains(place):
            self.map.look_at([row.document.number])


def _opened(folder: Path) -> Opened:
    drawn = Map(folder)
    return Opened(drawn, drawn.points(), drawn.points("queries"), drawn.queries())
